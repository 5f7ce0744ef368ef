using LiteKube.Api.Flowcontrol.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;

namespace LiteKube.ApiServer.Flow;

/// <summary>The configuration of Kubernetes v1.36: what must be there, and what is suggested. (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#defaults)</summary>
internal static class FlowDefaults
{
    public const string AutoUpdate = "apf.kubernetes.io/autoupdate-spec";

    private static readonly string[] s_all = ["*"];

    public static IReadOnlyList<PriorityLevelConfiguration> MandatoryLevels { get; } =
    [
        Level("exempt", new PriorityLevelConfigurationSpec { Type = "Exempt", Exempt = new ExemptPriorityLevelConfiguration { NominalConcurrencyShares = 0, LendablePercent = 0 } }),
        Level("catch-all", new PriorityLevelConfigurationSpec
        {
            Type = "Limited",
            Limited = new LimitedPriorityLevelConfiguration { NominalConcurrencyShares = 5, LendablePercent = 0, LimitResponse = new LimitResponse { Type = "Reject" } },
        }),
    ];

    public static IReadOnlyList<PriorityLevelConfiguration> SuggestedLevels { get; } =
    [
        Queued("system", 30, 33, 64, 6),
        Queued("node-high", 40, 25, 64, 6),
        Queued("leader-election", 10, 0, 16, 4),
        Queued("workload-high", 40, 50, 128, 6),
        Queued("workload-low", 100, 90, 128, 6),
        Queued("global-default", 20, 50, 128, 6),
    ];

    public static IReadOnlyList<FlowSchema> MandatorySchemas { get; } =
    [
        Schema("exempt", "exempt", 1, null, Everything(Groups(UserInfo.MastersGroup))),
        Schema("catch-all", "catch-all", 10000, "ByUser", Everything(Groups(UserInfo.UnauthenticatedGroup, UserInfo.AuthenticatedGroup))),
    ];

    public static IReadOnlyList<FlowSchema> SuggestedSchemas { get; } =
    [
        Schema("probes", "exempt", 2, null, new PolicyRulesWithSubjects
        {
            Subjects = Groups(UserInfo.UnauthenticatedGroup, UserInfo.AuthenticatedGroup),
            NonResourceRules = [new NonResourcePolicyRule { Verbs = ["get"], NonResourceURLs = ["/healthz", "/readyz", "/livez"] }],
        }),
        Schema("system-leader-election", "leader-election", 100, "ByUser", new PolicyRulesWithSubjects
        {
            Subjects = [.. Users("system:kube-controller-manager", "system:kube-scheduler"), .. Accounts("*")],
            ResourceRules = [Namespaced(["get", "create", "update"], "coordination.k8s.io", "leases")],
        }),
        Schema("endpoint-controller", "workload-high", 150, "ByUser", new PolicyRulesWithSubjects
        {
            Subjects = [.. Users("system:kube-controller-manager"), .. Accounts("endpoint-controller", "endpointslicemirroring-controller")],
            ResourceRules = [Namespaced(["get", "create", "update"], "", "endpoints")],
        }),
        Schema("workload-leader-election", "leader-election", 200, "ByUser", new PolicyRulesWithSubjects
        {
            Subjects = Accounts("*"),
            ResourceRules = [Namespaced(["get", "create", "update"], "coordination.k8s.io", "leases")],
        }),
        Schema("system-node-high", "node-high", 400, "ByUser", new PolicyRulesWithSubjects
        {
            Subjects = Groups(UserInfo.NodesGroup),
            ResourceRules = [Namespaced(s_all, "", "nodes", "nodes/status") with { ClusterScope = true }, Namespaced(s_all, "coordination.k8s.io", "leases")],
        }),
        Schema("system-nodes", "system", 500, "ByUser", Everything(Groups(UserInfo.NodesGroup))),
        Schema("kube-controller-manager", "workload-high", 800, "ByNamespace", Everything(Users("system:kube-controller-manager"))),
        Schema("kube-scheduler", "workload-high", 800, "ByNamespace", Everything(Users("system:kube-scheduler"))),
        Schema("kube-system-service-accounts", "workload-high", 900, "ByNamespace", Everything(Accounts("*"))),
        Schema("service-accounts", "workload-low", 9000, "ByUser", Everything(Groups(UserInfo.ServiceAccountsGroup))),
        Schema("global-default", "global-default", 9900, "ByUser", Everything(Groups(UserInfo.UnauthenticatedGroup, UserInfo.AuthenticatedGroup))),
    ];

    private static ObjectMeta Meta(string name) => new() { Name = name, Annotations = new Dictionary<string, string> { [AutoUpdate] = "true" } };

    private static PriorityLevelConfiguration Level(string name, PriorityLevelConfigurationSpec spec) => new() { Metadata = Meta(name), Spec = spec };

    private static PriorityLevelConfiguration Queued(string name, int shares, int lendable, int queues, int handSize) => Level(name, new PriorityLevelConfigurationSpec
    {
        Type = "Limited",
        Limited = new LimitedPriorityLevelConfiguration
        {
            NominalConcurrencyShares = shares,
            LendablePercent = lendable,
            LimitResponse = new LimitResponse { Type = "Queue", Queuing = new QueuingConfiguration { Queues = queues, HandSize = handSize, QueueLengthLimit = 50 } },
        },
    });

    private static FlowSchema Schema(string name, string level, int precedence, string? method, PolicyRulesWithSubjects rules) => new()
    {
        Metadata = Meta(name),
        Spec = new FlowSchemaSpec
        {
            PriorityLevelConfiguration = new PriorityLevelConfigurationReference { Name = level },
            MatchingPrecedence = precedence,
            DistinguisherMethod = method is null ? null : new FlowDistinguisherMethod { Type = method },
            Rules = [rules],
        },
    };

    private static PolicyRulesWithSubjects Everything(IReadOnlyList<Subject> subjects) => new()
    {
        Subjects = subjects,
        ResourceRules = [new ResourcePolicyRule { Verbs = s_all, ApiGroups = s_all, Resources = s_all, Namespaces = s_all, ClusterScope = true }],
        NonResourceRules = [new NonResourcePolicyRule { Verbs = s_all, NonResourceURLs = s_all }],
    };

    private static ResourcePolicyRule Namespaced(IReadOnlyList<string> verbs, string group, params string[] resources) =>
        new() { Verbs = verbs, ApiGroups = [group], Resources = resources, Namespaces = s_all };

    private static Subject[] Groups(params string[] names) => [.. names.Select(n => new Subject { Kind = "Group", Group = new GroupSubject { Name = n } })];

    private static Subject[] Users(params string[] names) => [.. names.Select(n => new Subject { Kind = "User", User = new UserSubject { Name = n } })];

    private static Subject[] Accounts(params string[] names) =>
        [.. names.Select(n => new Subject { Kind = "ServiceAccount", ServiceAccount = new ServiceAccountSubject { Namespace = "kube-system", Name = n } })];
}
