//! A day of one person's work.

use super::people::{Resident, Way};
use super::{DAY, Town};
use crate::clock::plus;
use crate::company::small_key;
use crate::entra::{App, EntraSession};
use crate::place::Place;
use crate::rng::Rng;
use crate::story::{Call, Caller, Console};
use crate::world::{AtWork, World};
use jiff::SignedDuration;

/// What people sign in to beside the portal: application, and the resource.
const APPS: [(&str, &str, &str, &str); 3] = [
    (
        "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
        "Microsoft Teams",
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
        "Microsoft Teams Services",
    ),
    (
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",
        "Microsoft Office",
        "00000003-0000-0000-c000-000000000000",
        "Microsoft Graph",
    ),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"),
];

/// What people do to resources of theirs.
const CHANGES: [(&str, &str); 6] = [
    ("Microsoft.Logic/workflows/orders-to-erp", "Microsoft.Logic/workflows/write"),
    ("Microsoft.Logic/workflows/stock-alerts", "Microsoft.Logic/workflows/write"),
    ("Microsoft.Web/sites/orders", "Microsoft.Web/sites/config/write"),
    ("Microsoft.Web/sites/orders", "Microsoft.Web/sites/restart/action"),
    ("Microsoft.Storage/storageAccounts/storders01", "Microsoft.Storage/storageAccounts/listKeys/action"),
    ("Microsoft.Insights/components/orders", "Microsoft.Insights/components/write"),
];

/// What people look at in AWS.
const LOOKS: [(&str, &str); 10] = [
    ("s3", "ListBuckets"),
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeSecurityGroups"),
    ("rds", "DescribeDBInstances"),
    ("logs", "DescribeLogGroups"),
    ("lambda", "ListFunctions20150331"),
    ("sts", "GetCallerIdentity"),
    ("cloudwatch", "DescribeAlarms"),
    ("iam", "ListRoles"),
    ("glue", "GetTables"),
];

impl Town {
    /// A person's day; `None` if it is their day off.
    pub(super) fn day(&self, who: usize, day: i64) -> Option<World> {
        let one = self.people.get(who)?;
        let label = format!("day/{who}/{day}");
        let mut rng = Rng::labelled(self.size.seed, &label);
        // Day 0 is a Tuesday; shifts rotate through the week.
        let weekday = (day + 1).rem_euclid(7);
        let works = if one.shifts { (day + who as i64) % 7 < 4 } else { weekday < 5 };
        if !works || rng.chance(60) {
            return None;
        }
        let begins = SignedDuration::from_secs(one.begins * 3600 + rng.between(0, 2_400).cast_signed());
        let zero = plus(self.midnight(day), begins);
        let others = (who + 1) % self.people.len();
        let world = self.world(&label, zero, [who, others, (others + 1) % self.people.len()], 1);
        Script { world, one, day, rng }.play().into()
    }
}

struct Script<'a> {
    world: World,
    one: &'a Resident,
    day: i64,
    rng: Rng,
}

impl Script<'_> {
    fn play(mut self) -> World {
        let one = self.one;
        self.world.may_in_azure(&one.human.id, "Contributor", "Microsoft.");
        let travels = one.journey.as_ref().filter(|(from, to, _)| (*from..=*to).contains(&self.day));
        let mut place = match travels {
            Some((_, _, hotel)) => hotel.clone(),
            None if self.rng.chance(one.at_home) => one.home.clone(),
            None => one.human.desk.clone(),
        };
        self.world.at(0, 0);
        let session = self.signs_in(&place, travels.is_some());
        // At home the VPN is on for part of the day: the same session, the same
        // device, another address.
        let over_vpn = place == one.home || self.rng.chance(100);
        self.office_work(&session, &place);
        if over_vpn {
            place = one.vpn.clone();
        }
        if self.rng.chance(350) {
            self.azure_work(&session, &place);
        }
        if one.way != Way::None && self.rng.chance(650) {
            self.aws_work(&session, &place);
        }
        self.namesakes();
        self.office_work(&session, &place);
        if self.rng.chance(300) {
            self.phone();
        }
        self.world
    }

    fn pause(&mut self, most: u64) {
        let seconds = self.rng.between(most / 10 + 1, most);
        self.world.wait(seconds.cast_signed());
    }

    /// In the morning: with a second factor, or with what last Monday left.
    fn signs_in(&mut self, place: &Place, anew: bool) -> EntraSession {
        let (one, tenant) = (self.one, self.world.company.tenant.clone());
        if self.rng.chance(40) {
            for _ in 0..self.rng.between(1, 3) {
                self.world.fails_to_sign_in(&one.human, place);
            }
        }
        if !one.weekly || anew {
            return self.world.morning(&one.human, place).session;
        }
        let week = (self.day + 1).div_euclid(7);
        let opened = plus(self.world.zero, SignedDuration::from_secs(-DAY * (self.day + 1).rem_euclid(7)));
        let session = EntraSession {
            tenant: tenant.clone(),
            user_id: one.human.id.clone(),
            sid: Rng::labelled(4, &format!("{}/{week}", one.human.id)).guid(),
            started_at: opened,
        };
        let interactive = (self.day + 1).rem_euclid(7) == 0 || (self.day == 0);
        let now = self.world.clock.now();
        let app = App::azure_portal();
        let done = self.world.cloud.lock().sign_in(session, &app, place, interactive, now);
        done.expect("the town's people are enabled").session
    }

    fn office_work(&mut self, session: &EntraSession, place: &Place) {
        for _ in 0..self.rng.between(2, 7) {
            self.pause(2_400);
            let (id, name, resource, resource_name) = APPS[self.rng.between(0, 2) as usize];
            let api = Some((resource.to_owned(), resource_name.to_owned()));
            let app = App { id: id.into(), name: name.into(), api };
            self.world.cloud.refresh(session, &app, place).expect("the town's sessions are live");
        }
    }

    /// The phone has a session of its own.
    fn phone(&mut self) {
        let one = self.one;
        let tenant = self.world.company.tenant.clone();
        let session = EntraSession {
            tenant,
            user_id: one.human.id.clone(),
            sid: Rng::labelled(5, &one.human.id).guid(),
            started_at: self.world.zero,
        };
        self.office_work(&session, &one.phone);
    }

    /// Sessions that bear the person's name and are not theirs: the subsidiary's
    /// user of the same name, and a pipeline that calls its session after whoever
    /// started it.
    fn namesakes(&mut self) {
        if self.rng.chance(25) {
            let place = super::people::far_away(&mut self.rng);
            let stranger = self.world.stranger_with_same_name(&place);
            self.calls(&stranger);
        }
        if self.rng.chance(25) {
            let deploy = self.world.by_github("GithubDeploy", "contoso/orders", &self.one.human.upn);
            self.calls(&deploy);
        }
    }

    fn azure_work(&mut self, session: &EntraSession, place: &Place) {
        let token = self.world.portal(session, place);
        for _ in 0..self.rng.between(1, 4) {
            self.pause(900);
            let (rest, action) = CHANGES[self.rng.between(0, 5) as usize];
            let resource = self.world.resource("rg-integration", rest);
            self.world.arm(&token, place, &resource, action);
        }
        if self.rng.chance(60) {
            let vault = self.world.resource("rg-integration", "Microsoft.KeyVault/vaults/kv-integration");
            self.world.reads_secret(&vault, "orders-api-token", &self.one.human, place);
        }
    }

    fn aws_work(&mut self, session: &EntraSession, place: &Place) {
        let one = self.one;
        self.pause(3_000);
        let at_work = match one.way {
            Way::None => return,
            Way::Browser => {
                let (_, at_work) = self.world.to_aws(session, place);
                let provider = self.world.company.provider_arn.clone();
                self.world.wait(2);
                self.world.cloud.console_login(&at_work.session, &provider, place);
                at_work
            }
            Way::CommandLine => self.world.by_command_line(session, place).1,
            Way::Portal | Way::Cli => {
                let role = self.world.has_identity_center("DataEngineer");
                let how = if one.way == Way::Portal { Console::Portal } else { Console::Cli };
                self.world.by_identity_center((&one.human, session), place, &role, how).1
            }
        };
        self.calls(&at_work);
        if one.way == Way::Browser && self.rng.chance(60) {
            crate::chains::backup_role::archive_reader(&self.world);
            let account = self.world.company.backup_account.clone();
            let there = self.world.chains_to(&at_work, &account, "ArchiveReader", "archive-check");
            self.calls(&there);
        }
    }

    fn calls(&mut self, at_work: &AtWork) {
        let caller = Caller::session(at_work);
        for _ in 0..self.rng.between(4, 18) {
            self.pause(60);
            let (service, name) = LOOKS[self.rng.between(0, 9) as usize];
            let call = Call::new(service, name);
            let refused = self.rng.chance(30);
            self.world.aws(&caller, if refused { call.refused() } else { call });
        }
        let bucket = self.world.company.bucket.clone();
        let (count, size) = if self.one.reads_much { (12, 60_000_000) } else { (6, 2_000_000) };
        for n in 0..self.rng.between(0, count) {
            self.pause(40);
            let bytes = self.rng.between(size / 4, size);
            self.world.aws(&caller, Call::object(&bucket, &small_key(n as usize), bytes));
        }
    }
}
