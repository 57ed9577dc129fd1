//! The family of a user agent.
//!
//! The text is written by whoever calls, and says nothing of who that is. Families
//! serve for one question alone: is it the same as before?

/// Products that a user agent names, in the order in which they are looked for: the
/// first that it has is its family. Whoever builds on another one stands before it.
const PRODUCTS: [(&str, &str); 35] = [
    // Terraform and others call through an SDK and name that as well.
    ("terraform/", "Terraform"),
    ("hashicorp-terraform", "Terraform"),
    ("opentofu/", "OpenTofu"),
    ("pulumi", "Pulumi"),
    ("ansible", "Ansible"),
    ("aws-cdk", "AWS CDK"),
    ("eksctl/", "eksctl"),
    ("kubectl/", "kubectl"),
    ("awspowershell", "AWS Tools for PowerShell"),
    // The CLI is built on botocore.
    ("aws-cli/", "AWS CLI"),
    ("s3console/", "AWS console"),
    ("awsconsole", "AWS console"),
    ("console.amazonaws.com", "AWS console"),
    ("signin.amazonaws.com", "AWS console"),
    ("aws-internal/", "AWS console"),
    ("boto3/", "Boto3"),
    ("botocore/", "Botocore"),
    ("aws-sdk-go-v2/", "AWS SDK for Go"),
    ("aws-sdk-go/", "AWS SDK for Go"),
    ("aws-sdk-java/", "AWS SDK for Java"),
    ("aws-sdk-js/", "AWS SDK for JavaScript"),
    ("aws-sdk-nodejs/", "AWS SDK for JavaScript"),
    ("aws-sdk-dotnet", "AWS SDK for .NET"),
    ("aws-sdk-php/", "AWS SDK for PHP"),
    ("aws-sdk-ruby", "AWS SDK for Ruby"),
    ("aws-sdk-rust/", "AWS SDK for Rust"),
    ("aws-sdk-cpp/", "AWS SDK for C++"),
    ("aws-sdk-kotlin/", "AWS SDK for Kotlin"),
    ("aws-sdk-swift/", "AWS SDK for Swift"),
    ("azurecli/", "Azure CLI"),
    ("azure-cli/", "Azure CLI"),
    ("azurepowershell/", "Azure PowerShell"),
    ("azsdk-", "Azure SDK"),
    ("python-requests/", "python-requests"),
    ("powershell/", "PowerShell"),
];

/// Browsers, in the order in which they are looked for: each names those after it.
const BROWSERS: [(&str, &str); 7] = [
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("crios/", "Chrome"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
];

/// Systems that browsers name, in the order in which they are looked for.
const SYSTEMS: [(&str, &str); 7] = [
    ("windows", "Windows"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("android", "Android"),
    ("cros", "ChromeOS"),
    ("mac os x", "macOS"),
    ("linux", "Linux"),
];

/// Characters of a name that no table knows.
const MAX_NAME: usize = 40;

/// The family: the tool, or browser and system, without versions. `None` for no text
/// and for services of AWS that call on somebody's behalf. A tool that is in no table
/// is called as it calls itself, by the name before the first slash (RFC 9110, 10.1.5).
pub fn family(agent: &str) -> Option<String> {
    let text = agent.trim().trim_start_matches('[').trim_end_matches(']');
    let lower = text.to_ascii_lowercase();
    let find =
        |table: &[(&str, &'static str)]| table.iter().find(|(mark, _)| lower.contains(mark)).map(|(_, name)| *name);
    if let Some(product) = find(&PRODUCTS) {
        return Some(product.to_owned());
    }
    if lower.is_empty() || lower == "-" || lower == "aws internal" || lower.ends_with(".amazonaws.com") {
        return None;
    }
    if lower.starts_with("mozilla/") {
        let browser = find(&BROWSERS).unwrap_or("another browser");
        return Some(find(&SYSTEMS).map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}")));
    }
    let name = text.split(['/', ' ', '(', ';', ',']).find(|part| !part.is_empty())?;
    Some(name.chars().take(MAX_NAME).collect())
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn families_of_the_forms_that_are_in_use() {
        for (agent, expect) in [
            ("aws-cli/2.15.30 Python/3.11.8 Linux/6.5.0 exe/x86_64 prompt/off command/s3.cp", Some("AWS CLI")),
            ("aws-cli/1.29.0 Python/3.9.2 Linux/5.10 botocore/1.31.0", Some("AWS CLI")),
            ("aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13", Some("AWS CLI")),
            ("Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#5.10 lang/python#3.12", Some("Boto3")),
            ("Botocore/1.31.0 Python/3.9", Some("Botocore")),
            (
                "APN/1.0 HashiCorp/1.0 Terraform/1.5.7 terraform-provider-aws/5.1.0 aws-sdk-go-v2/1.18",
                Some("Terraform"),
            ),
            ("aws-sdk-go/1.44.0 (go1.20; linux; amd64)", Some("AWS SDK for Go")),
            ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488]", Some("AWS console")),
            ("signin.amazonaws.com", Some("AWS console")),
            ("lambda.amazonaws.com", None),
            ("AWS Internal", None),
            ("", None),
            ("-", None),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
                Some("Edge on Windows"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Safari/537.36",
                Some("Chrome on Windows"),
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", Some("Firefox on Linux")),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
                Some("Safari on macOS"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1",
                Some("Safari on iOS"),
            ),
            ("Mozilla/5.0", Some("another browser")),
            ("AZURECLI/2.61.0 (DEB) azsdk-python-core/1.28.0", Some("Azure CLI")),
            ("python-requests/2.31.0", Some("python-requests")),
            ("curl/8.5.0", Some("curl")),
            ("MyBackup 7", Some("MyBackup")),
            ("/", None),
        ] {
            assert_eq!(family(agent).as_deref(), expect, "{agent}");
        }
        assert_eq!(family(&"ä".repeat(500)).map(|name| name.chars().count()), Some(40));
    }
}
