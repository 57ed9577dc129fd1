//! PowerShell for Entra, Azure and Defender.

use super::{Drafted, MOMENT, Sent, drafted, heading, remark};
use crate::Refusal;
use crate::call::Image;
use crate::plan::{Plan, StepId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The steps outside AWS. Without arguments the script only prints what it
/// would call.
///
/// # Errors
/// E0340 if a target has not been looked at.
pub fn render(plan: &Plan, images: &BTreeMap<StepId, Image>) -> Result<String, Refusal> {
    let steps = drafted(plan, images)?;
    let mut out = format!(
        "# Selvedge: plan {} of incident {}, the steps in Entra, Azure and Defender.\n",
        plan.hash(),
        remark(plan.incident.as_str())
    );
    out.push_str(HEAD);
    let mut names = Vec::new();
    for (index, drafted) in steps.iter().enumerate() {
        let Sent::Rest { .. } = drafted.apply else {
            let _ = writeln!(out, "\n# {}: see the Python script.", heading(drafted).first().map_or("", |s| s));
            continue;
        };
        let name = format!("Step{}", index.saturating_add(1));
        step(&mut out, &name, drafted);
        names.push(format!("${{function:{name}}}"));
    }
    let _ = writeln!(out, "\n$Steps = @({})\n", names.join(", "));
    out.push_str(TAIL);
    Ok(out)
}

fn step(out: &mut String, name: &str, drafted: &Drafted<'_>) {
    let container = literal(&drafted.step.action.target().container);
    let _ = writeln!(out, "\nfunction {name} {{");
    for line in heading(drafted) {
        let _ = writeln!(out, "    # {line}");
    }
    let _ = writeln!(out, "    if ($Undo) {{");
    match &drafted.undo {
        Some(sent) => call(out, &container, sent),
        None => out.push_str("        Write-Output 'nothing to take back'\n"),
    }
    let _ = writeln!(out, "    }} else {{");
    call(out, &container, &drafted.apply);
    let _ = writeln!(out, "    }}\n}}");
}

fn call(out: &mut String, container: &str, sent: &Sent) {
    let Sent::Rest { method, host, path, if_match, body } = sent else {
        return;
    };
    let body = body.as_ref().map_or("$null".into(), |body| {
        let text = body.to_json();
        let stamped = text.contains(MOMENT);
        format!("{}{}", literal(&text), if stamped { ".Replace($Moment, (Get-Moment))" } else { "" })
    });
    let if_match = if_match.as_deref().map_or("$null".into(), literal);
    let _ = writeln!(out, "        Send {container} '{host}' '{method}' {} ({body}) {if_match}", literal(path));
}

/// A string that PowerShell reads as it stands. It takes typographic quotes for
/// quotes; what is not printable ASCII goes through base 64 (about_Quoting_Rules).
fn literal(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    format!("([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{}')))", base64(text.as_bytes()))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for (at, shift) in [18_u32, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET.get(((bits >> shift) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

const HEAD: &str = r#"# Without arguments it prints what it would call. -Apply calls, -Undo takes back.
# Credentials: Connect-MgGraph and Connect-AzAccount, done before. Needs the
# modules Microsoft.Graph.Authentication and Az.Accounts.
param([switch]$Apply, [switch]$Undo)
$ErrorActionPreference = 'Stop'
$Moment = '9999-01-01T00:00:00Z'

function Get-Moment {
    [DateTime]::UtcNow.AddSeconds(1).ToString('yyyy-MM-ddTHH:mm:ssZ')
}

function Send($Container, $Service, $Method, $Path, $Body, $IfMatch) {
    Write-Output "$Container $Service $Method $Path $Body"
    if (-not ($Apply -or $Undo)) { return }
    switch ($Service) {
        'graph' {
            $Own = (Get-MgContext).TenantId
            if ($Own -ne $Container) { throw "the connection is to tenant $Own, the step is for ${Container}: nothing was done" }
            $Call = @{ Method = $Method; Uri = "/v1.0$Path" }
            if ($Body) { $Call.Body = $Body; $Call.ContentType = 'application/json' }
            Invoke-MgGraphRequest @Call
        }
        'arm' {
            $Token = ConvertFrom-SecureString -AsPlainText (Get-AzAccessToken -AsSecureString).Token
            $Headers = @{ Authorization = "Bearer $Token" }
            if ($IfMatch) { $Headers['If-Match'] = $IfMatch }
            $Call = @{ Method = $Method; Uri = "https://management.azure.com$Path"; Headers = $Headers }
            if ($Body) { $Call.Body = $Body; $Call.ContentType = 'application/json' }
            Invoke-RestMethod @Call
        }
        'defender' {
            $Token = Get-AzAccessToken -AsSecureString -ResourceUrl 'https://api.securitycenter.microsoft.com'
            $Token = ConvertFrom-SecureString -AsPlainText $Token.Token
            $Call = @{ Method = $Method; Uri = "https://api.security.microsoft.com$Path"; Headers = @{ Authorization = "Bearer $Token" } }
            if ($Body) { $Call.Body = $Body; $Call.ContentType = 'application/json' }
            Invoke-RestMethod @Call
        }
    }
}
"#;

const TAIL: &str = r#"if ($Apply -and $Undo) { throw 'either -Apply or -Undo' }
if ($Undo) { [Array]::Reverse($Steps) }
foreach ($Step in $Steps) { & $Step }
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_literal() {
        assert_eq!(literal("it's $(whoami) `n \"x\""), "'it''s $(whoami) `n \"x\"'");
        for text in ["\u{2019}; Remove-Item *; \u{2018}", "a\nb", "é"] {
            let out = literal(text);
            assert!(out.is_ascii() && !out.contains('\n') && out.matches('\'').count() == 2, "{out}");
        }
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
