//! Seeded randomness: the same seed gives the same world.

/// SplitMix64: small, fast and good enough for delays and ids. Not for secrets.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A generator for `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for `label`: what it draws does not depend on what
    /// else was drawn from the seed.
    pub fn labelled(seed: u64, label: &str) -> Self {
        let digest = selvedge_model::Digest::of_parts([seed.to_be_bytes().as_slice(), label.as_bytes()]);
        let mut word = [0u8; 8];
        word.copy_from_slice(&digest.as_bytes()[..8]);
        Self(u64::from_be_bytes(word))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included; `low` if they are crossed.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        match high.checked_sub(low).and_then(|span| span.checked_add(1)) {
            Some(span) => low + self.bits() % span,
            None => low,
        }
    }

    /// Whether a die with `per_mille` winning sides of a thousand wins.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.between(0, 999) < u64::from(per_mille)
    }

    /// `n` lower-case hexadecimal digits.
    pub fn hex(&mut self, n: usize) -> String {
        self.text(n, b"0123456789abcdef")
    }

    fn text(&mut self, n: usize, alphabet: &[u8]) -> String {
        (0..n)
            .map(|_| {
                let index = (self.bits() % alphabet.len() as u64) as usize;
                char::from(alphabet[index])
            })
            .collect()
    }

    /// An AWS unique id or key id: `prefix` and random capitals and digits.
    pub fn aws_id(&mut self, prefix: &str, total: usize) -> String {
        let n = total.saturating_sub(prefix.len());
        format!("{prefix}{}", self.text(n, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    }

    /// A random GUID (version 4).
    pub fn guid(&mut self) -> String {
        let hex = self.hex(32);
        let variant = self.text(1, b"89ab");
        format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    /// A request id as Entra makes them: a GUID whose last byte is zero.
    pub fn request_id(&mut self) -> String {
        let guid = self.guid();
        format!("{}00", &guid[..34])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_shapes_and_depend_on_the_seed_alone() {
        let mut rng = Rng::new(1);
        let guid = rng.guid();
        assert_eq!(selvedge_model::guid::parse(&guid).as_deref(), Some(guid.as_str()));
        assert!(rng.request_id().ends_with("00"));
        assert_eq!(rng.aws_id("AROA", 21).len(), 21);
        assert_eq!(Rng::labelled(1, "a").bits(), Rng::labelled(1, "a").bits());
        assert_ne!(Rng::labelled(1, "a").bits(), Rng::labelled(1, "b").bits());
        assert_ne!(Rng::labelled(1, "a").bits(), Rng::labelled(2, "a").bits());
        for _ in 0..1000 {
            assert!((3..=5).contains(&rng.between(3, 5)));
        }
    }
}
