//! Where a call comes from.

/// A device that Entra knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `deviceId`.
    pub id: String,
    /// Name.
    pub name: String,
}

/// Address, network and browser of a caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Public or private address.
    pub ip: String,
    /// Autonomous system of the address.
    pub asn: u32,
    /// Two letters.
    pub country: String,
    /// City.
    pub city: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// `User-Agent`.
    pub user_agent: String,
    /// As Entra reads it from the agent.
    pub os: String,
    /// As Entra reads it from the agent.
    pub browser: String,
    /// The joined device, if it is one.
    pub device: Option<Device>,
}

/// A browser: operating system, name and `User-Agent`.
pub type Browser = (&'static str, &'static str, &'static str);

/// A browser on a managed desktop.
pub const EDGE: Browser = (
    "Windows10",
    "Edge 131.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
);
/// A browser on a laptop.
pub const SAFARI: Browser = (
    "MacOs",
    "Safari 18.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
);
/// A browser on a machine that nobody manages.
pub const FIREFOX: Browser =
    ("Linux", "Firefox 132.0", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0");

impl Place {
    /// A place on a network in a city.
    pub fn new(ip: &str, asn: u32, city: (&str, &str, f64, f64), browser: Browser) -> Self {
        let (country, city, latitude, longitude) = city;
        let (os, name, agent) = browser;
        Self {
            ip: ip.into(),
            asn,
            country: country.into(),
            city: city.into(),
            latitude,
            longitude,
            user_agent: agent.into(),
            os: os.into(),
            browser: name.into(),
            device: None,
        }
    }

    /// On a joined device.
    pub fn on(mut self, id: &str, name: &str) -> Self {
        self.device = Some(Device { id: id.into(), name: name.into() });
        self
    }

    /// The same device at another address of the same network.
    pub fn at_address(mut self, ip: &str) -> Self {
        self.ip = ip.into();
        self
    }

    /// A machine that calls through a library, with neither browser nor device.
    pub fn machine(ip: &str, user_agent: &str) -> Self {
        Self {
            ip: ip.into(),
            asn: 0,
            country: String::new(),
            city: String::new(),
            latitude: 0.0,
            longitude: 0.0,
            user_agent: user_agent.into(),
            os: String::new(),
            browser: String::new(),
            device: None,
        }
    }
}
