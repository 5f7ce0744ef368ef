using LiteKube.Api.Meta.V1;
using LiteKube.Api.Rbac.V1;

namespace LiteKube.Security.Authorization.Bootstrap;

/// <summary>Roles and bindings from the notation that <c>defaults.rbac</c> describes.</summary>
internal sealed class RbacText
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string ControllerPrefix = "system:controller:";

    private static readonly string[] s_read = ["get", "list", "watch"];
    private static readonly string[] s_write = ["create", "delete", "deletecollection", "patch", "update"];
    private static readonly PolicyRule s_events = new() { ApiGroups = ["", "events.k8s.io"], Resources = ["events"], Verbs = ["create", "patch", "update"] };

    private readonly List<PolicyRule> _rules = [];
    private string[]? _open;

    private RbacText()
    {
    }

    public List<ClusterRole> ClusterRoles { get; } = [];

    public List<Role> Roles { get; } = [];

    public List<ClusterRoleBinding> ClusterRoleBindings { get; } = [];

    public List<RoleBinding> RoleBindings { get; } = [];

    public static RbacText Parse(TextReader reader)
    {
        var text = new RbacText();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line[0] == ' ')
                text._rules.Add(Rule(words));
            else
                text.Begin(words);
        }

        text.Finish();
        return text;
    }

    private void Begin(string[] words)
    {
        Finish();
        switch (words[0])
        {
            case "role" or "controller":
                _open = words;
                break;
            case "bind":
                Bind(words[1], words[2], [.. words[3..].Select(SubjectOf)]);
                break;
            default:
                throw new FormatException($"defaults.rbac: unknown word \"{words[0]}\"");
        }
    }

    private void Finish()
    {
        if (_open is null)
            return;
        var (kind, name) = (_open[0], _open[1]);
        if (kind == "controller")
        {
            ClusterRoles.Add(new ClusterRole { Metadata = Meta(null, ControllerPrefix + name), Rules = [.. _rules] });
            Bind(ControllerPrefix + name, ControllerPrefix + name, [SubjectOf($"sa=kube-system/{name}"), SubjectOf("user=system:kube-controller-manager")]);
        }
        else if (name.Split('/') is [var ns, var local])
        {
            Roles.Add(new Role { Metadata = Meta(ns, local), Rules = [.. _rules] });
        }
        else
        {
            ClusterRoles.Add(new ClusterRole { Metadata = Meta(null, name, Option("label=")), AggregationRule = Aggregation(Option("gathers=")), Rules = [.. _rules] });
        }

        _rules.Clear();
        _open = null;
    }

    private string? Option(string prefix) => _open!.FirstOrDefault(w => w.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];

    private void Bind(string name, string role, Subject[] subjects)
    {
        var reference = role.Split('/') is [_, var local] ? new RoleRef { ApiGroup = Group, Kind = "Role", Name = local } : new RoleRef { ApiGroup = Group, Kind = "ClusterRole", Name = role };
        if (name.Split('/') is [var ns, var own])
            RoleBindings.Add(new RoleBinding { Metadata = Meta(ns, own), RoleRef = reference, Subjects = subjects });
        else
            ClusterRoleBindings.Add(new ClusterRoleBinding { Metadata = Meta(null, name), RoleRef = reference, Subjects = subjects });
    }

    private static PolicyRule Rule(string[] words)
    {
        if (words is ["events"])
            return s_events;
        var verbs = words[0] switch
        {
            "read" => s_read,
            "write" => s_write,
            "all" => [.. s_read.Concat(s_write).Order(StringComparer.Ordinal)],
            var list => list.Split(','),
        };
        if (words.Length == 2)
            return new PolicyRule { Verbs = verbs, NonResourceURLs = words[1].Split(',') };
        return new PolicyRule
        {
            Verbs = verbs,
            ApiGroups = [.. words[1].Split(',').Select(g => g == "core" ? "" : g)],
            Resources = words[2].Split(','),
            ResourceNames = words.Length > 3 ? words[3]["only=".Length..].Split(',') : [],
        };
    }

    private static Subject SubjectOf(string word)
    {
        var equals = word.IndexOf('=');
        var (kind, name) = (word[..equals], word[(equals + 1)..]);
        if (kind == "sa")
            return new Subject { Kind = "ServiceAccount", Namespace = name[..name.IndexOf('/')], Name = name[(name.IndexOf('/') + 1)..] };
        return new Subject { ApiGroup = Group, Kind = kind == "group" ? "Group" : "User", Name = name };
    }

    private static ObjectMeta Meta(string? ns, string name, string? aggregateTo = null)
    {
        var labels = new Dictionary<string, string> { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        if (aggregateTo is not null)
            labels[AggregateTo(aggregateTo)] = "true";
        return new ObjectMeta
        {
            Namespace = ns,
            Name = name,
            Labels = labels,
            Annotations = new Dictionary<string, string> { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
        };
    }

    private static AggregationRule? Aggregation(string? gathers) => gathers is null ? null : new AggregationRule
    {
        ClusterRoleSelectors = [new LabelSelector { MatchLabels = new Dictionary<string, string> { [AggregateTo(gathers)] = "true" } }],
    };

    private static string AggregateTo(string role) => $"rbac.authorization.k8s.io/aggregate-to-{role}";
}
