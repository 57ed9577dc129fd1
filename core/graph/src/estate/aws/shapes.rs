//! Lists of the AWS CLI that are read by table.

use super::{Link, Shape, from, to, to_a};
use crate::store::EdgeKind as E;
use selvedge_model::EntityKind as K;

/// A list of things whose ids tell their kind.
const fn shape(
    list: &'static str,
    word: &'static str,
    id: &'static str,
    keep: &'static [&'static str],
    links: &'static [Link],
) -> Shape {
    Shape { list, has: id, word, kind: None, id, name: "", keep, links }
}

/// All of them.
pub(super) const ALL: &[Shape] = &[
    // EC2: machines.
    shape(
        "Reservations.Instances",
        "ec2:instance",
        "InstanceId",
        &[
            "InstanceType",
            "ImageId",
            "State.Name",
            "PublicIpAddress",
            "PrivateIpAddress",
            "MetadataOptions",
            "KeyName",
            "VpcId",
        ],
        &[
            to("SubnetId", E::LiesIn),
            to("VpcId", E::LiesIn),
            to("IamInstanceProfile.Arn", E::RunsAs),
            to("NetworkInterfaces.NetworkInterfaceId", E::HasInterface),
            to_a("PublicIpAddress", E::HasAddress, K::Address),
            to_a("PrivateIpAddress", E::HasAddress, K::Address),
            from("SecurityGroups.GroupId", E::Guards),
        ],
    ),
    // EC2: networks.
    shape("Vpcs", "ec2:vpc", "VpcId", &["CidrBlock", "CidrBlockAssociationSet.CidrBlock", "IsDefault", "State"], &[]),
    shape(
        "Subnets",
        "ec2:subnet",
        "SubnetId",
        &["CidrBlock", "MapPublicIpOnLaunch", "AvailabilityZone"],
        &[to("VpcId", E::LiesIn)],
    ),
    shape(
        "SecurityGroups",
        "ec2:security-group",
        "GroupId",
        &["GroupName", "Description", "IpPermissions", "IpPermissionsEgress"],
        &[
            to("VpcId", E::LiesIn),
            to("IpPermissions.UserIdGroupPairs.GroupId", E::AllowsFrom),
            to_a("IpPermissions.IpRanges.CidrIp", E::AllowsFrom, K::Address),
            to_a("IpPermissions.Ipv6Ranges.CidrIpv6", E::AllowsFrom, K::Address),
        ],
    ),
    shape(
        "NetworkAcls",
        "ec2:network-acl",
        "NetworkAclId",
        &["Entries", "IsDefault"],
        &[to("VpcId", E::LiesIn), to("Associations.SubnetId", E::Guards)],
    ),
    shape(
        "RouteTables",
        "ec2:route-table",
        "RouteTableId",
        &["Routes", "Associations.Main"],
        &[
            to("VpcId", E::LiesIn),
            from("Associations.SubnetId", E::RoutesTo),
            to("Routes.GatewayId", E::RoutesTo),
            to("Routes.NatGatewayId", E::RoutesTo),
            to("Routes.TransitGatewayId", E::RoutesTo),
            to("Routes.VpcPeeringConnectionId", E::RoutesTo),
            to("Routes.NetworkInterfaceId", E::RoutesTo),
        ],
    ),
    shape(
        "NetworkInterfaces",
        "ec2:network-interface",
        "NetworkInterfaceId",
        &["Description", "InterfaceType", "PrivateIpAddress", "Association.PublicIp", "Status", "RequesterId"],
        &[
            to("SubnetId", E::LiesIn),
            to("VpcId", E::LiesIn),
            from("Groups.GroupId", E::Guards),
            from("Attachment.InstanceId", E::HasInterface),
            to_a("PrivateIpAddresses.PrivateIpAddress", E::HasAddress, K::Address),
            to_a("Ipv6Addresses.Ipv6Address", E::HasAddress, K::Address),
            to_a("Association.PublicIp", E::HasAddress, K::Address),
        ],
    ),
    shape("InternetGateways", "ec2:internet-gateway", "InternetGatewayId", &[], &[to("Attachments.VpcId", E::LiesIn)]),
    shape(
        "NatGateways",
        "ec2:nat-gateway",
        "NatGatewayId",
        &["State", "ConnectivityType"],
        &[
            to("SubnetId", E::LiesIn),
            to("VpcId", E::LiesIn),
            to("NatGatewayAddresses.NetworkInterfaceId", E::HasInterface),
            to_a("NatGatewayAddresses.PublicIp", E::HasAddress, K::Address),
            to_a("NatGatewayAddresses.PrivateIp", E::HasAddress, K::Address),
        ],
    ),
    shape(
        "VpcEndpoints",
        "ec2:vpc-endpoint",
        "VpcEndpointId",
        &["ServiceName", "VpcEndpointType", "State", "PrivateDnsEnabled", "PolicyDocument"],
        &[
            to("VpcId", E::LiesIn),
            to("SubnetIds", E::LiesIn),
            from("RouteTableIds", E::RoutesTo),
            from("Groups.GroupId", E::Guards),
            to("NetworkInterfaceIds", E::HasInterface),
            to_a("ServiceName", E::Fronts, K::Service),
        ],
    ),
    shape(
        "VpcPeeringConnections",
        "ec2:vpc-peering",
        "VpcPeeringConnectionId",
        &["Status.Code", "RequesterVpcInfo.OwnerId", "AccepterVpcInfo.OwnerId"],
        &[to("RequesterVpcInfo.VpcId", E::PeersWith), to("AccepterVpcInfo.VpcId", E::PeersWith)],
    ),
    shape("TransitGateways", "ec2:transit-gateway", "TransitGatewayId", &["State", "Description"], &[]),
    shape(
        "TransitGatewayAttachments",
        "ec2:transit-gateway-attachment",
        "TransitGatewayAttachmentId",
        &[
            "TransitGatewayId",
            "ResourceType",
            "ResourceId",
            "State",
            "Association.TransitGatewayRouteTableId",
            "Association.State",
        ],
        &[to("TransitGatewayId", E::LiesIn), to("ResourceId", E::PeersWith)],
    ),
    shape(
        "TransitGatewayVpcAttachments",
        "ec2:transit-gateway-attachment",
        "TransitGatewayAttachmentId",
        &["TransitGatewayId", "VpcId", "SubnetIds", "State"],
        &[to("TransitGatewayId", E::LiesIn), to("VpcId", E::PeersWith)],
    ),
    shape(
        "TransitGatewayRouteTables",
        "ec2:transit-gateway-route-table",
        "TransitGatewayRouteTableId",
        &["TransitGatewayId", "State"],
        &[to("TransitGatewayId", E::LiesIn)],
    ),
    Shape {
        name: "PrefixListName",
        ..shape("PrefixLists", "ec2:prefix-list", "PrefixListId", &["Cidrs", "AddressFamily", "State"], &[])
    },
    Shape {
        list: "Addresses",
        has: "PublicIp",
        word: "ec2:address",
        kind: Some(K::Address),
        id: "PublicIp",
        name: "",
        keep: &["AllocationId", "Domain"],
        links: &[from("InstanceId", E::HasAddress), from("NetworkInterfaceId", E::HasAddress)],
    },
    // Load balancers and what stands before them.
    Shape {
        name: "LoadBalancerName",
        ..shape(
            "LoadBalancers",
            "elbv2:load-balancer",
            "LoadBalancerArn",
            &["DNSName", "Scheme", "Type", "State.Code"],
            &[
                to("VpcId", E::LiesIn),
                to("AvailabilityZones.SubnetId", E::LiesIn),
                from("SecurityGroups", E::Guards),
                to_a("DNSName", E::HasAddress, K::Address),
            ],
        )
    },
    Shape {
        name: "TargetGroupName",
        ..shape(
            "TargetGroups",
            "elbv2:target-group",
            "TargetGroupArn",
            &["Protocol", "Port", "TargetType"],
            &[to("VpcId", E::LiesIn), from("LoadBalancerArns", E::Fronts)],
        )
    },
    shape(
        "Listeners",
        "elbv2:listener",
        "ListenerArn",
        &["Protocol", "Port", "SslPolicy"],
        &[
            from("LoadBalancerArn", E::Fronts),
            to("DefaultActions.TargetGroupArn", E::Fronts),
            to("DefaultActions.ForwardConfig.TargetGroups.TargetGroupArn", E::Fronts),
        ],
    ),
    Shape {
        name: "DomainName",
        ..shape(
            "DistributionList.Items",
            "cloudfront:distribution",
            "ARN",
            &["Id", "DomainName", "Aliases.Items", "Enabled", "Origins.Items.DomainName", "WebACLId", "Status"],
            &[
                to_a("DomainName", E::HasAddress, K::Address),
                to_a("Aliases.Items", E::HasAddress, K::Address),
                to_a("Origins.Items.DomainName", E::Fronts, K::Address),
                from("WebACLId", E::Guards),
            ],
        )
    },
    Shape {
        kind: Some(K::WebAcl),
        name: "Name",
        ..shape("WebACLs", "wafv2:web-acl", "ARN", &["Id", "Description", "LockToken"], &[])
    },
    // Databases, functions.
    Shape {
        kind: Some(K::Database),
        name: "DBInstanceIdentifier",
        ..shape(
            "DBInstances",
            "rds:instance",
            "DBInstanceArn",
            &[
                "Engine",
                "EngineVersion",
                "DBInstanceStatus",
                "PubliclyAccessible",
                "StorageEncrypted",
                "KmsKeyId",
                "Endpoint.Address",
                "Endpoint.Port",
                "IAMDatabaseAuthenticationEnabled",
                "DeletionProtection",
            ],
            &[
                to("DBSubnetGroup.Subnets.SubnetIdentifier", E::LiesIn),
                to("DBSubnetGroup.VpcId", E::LiesIn),
                from("VpcSecurityGroups.VpcSecurityGroupId", E::Guards),
                to("KmsKeyId", E::EncryptedWith),
                to("AssociatedRoles.RoleArn", E::RunsAs),
                to_a("Endpoint.Address", E::HasAddress, K::Address),
            ],
        )
    },
    Shape {
        kind: Some(K::Database),
        name: "DBClusterIdentifier",
        ..shape(
            "DBClusters",
            "rds:cluster",
            "DBClusterArn",
            &["Engine", "EngineVersion", "Status", "StorageEncrypted", "KmsKeyId", "Endpoint", "ReaderEndpoint"],
            &[
                from("VpcSecurityGroups.VpcSecurityGroupId", E::Guards),
                to("KmsKeyId", E::EncryptedWith),
                to("AssociatedRoles.RoleArn", E::RunsAs),
                to_a("Endpoint", E::HasAddress, K::Address),
            ],
        )
    },
    Shape {
        name: "FunctionName",
        ..shape(
            "Functions",
            "lambda:function",
            "FunctionArn",
            &["Runtime", "Handler", "Role", "PackageType", "VpcConfig.VpcId"],
            FUNCTION_LINKS,
        )
    },
    // Keys and secrets.
    shape("Keys", "kms:key", "KeyArn", &["KeyId"], &[]),
    Shape {
        name: "Name",
        ..shape(
            "SecretList",
            "secretsmanager:secret",
            "ARN",
            &["Description", "KmsKeyId", "RotationEnabled", "OwningService", "PrimaryRegion"],
            &[to("KmsKeyId", E::EncryptedWith), to("RotationLambdaARN", E::FlowsTo)],
        )
    },
];

/// What a function's configuration names.
pub(super) const FUNCTION_LINKS: &[Link] = &[
    to("Role", E::RunsAs),
    to("VpcConfig.SubnetIds", E::LiesIn),
    from("VpcConfig.SecurityGroupIds", E::Guards),
    to("KMSKeyArn", E::EncryptedWith),
];
