using System.Collections.ObjectModel;

namespace LiteKube.Api.Security;

/// <summary>Who a request comes from, as authentication found.</summary>
public sealed record UserInfo(string Name)
{
    public const string AnonymousName = "system:anonymous";
    public const string AuthenticatedGroup = "system:authenticated";
    public const string UnauthenticatedGroup = "system:unauthenticated";
    public const string MastersGroup = "system:masters";
    public const string NodesGroup = "system:nodes";
    public const string NodePrefix = "system:node:";
    public const string ServiceAccountPrefix = "system:serviceaccount:";
    public const string ServiceAccountsGroup = "system:serviceaccounts";

    /// <summary>A request that brought no credentials.</summary>
    public static readonly UserInfo Anonymous = new(AnonymousName) { Groups = [UnauthenticatedGroup] };

    public string Uid { get; init; } = "";

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>A part of the system that calls in-process: its own groups and system:authenticated.</summary>
    public static UserInfo Of(string name, params ReadOnlySpan<string> groups) => new(name) { Groups = [.. groups, AuthenticatedGroup] };

    public bool IsIn(string group)
    {
        foreach (var own in Groups)
        {
            if (own == group)
                return true;
        }

        return false;
    }

    /// <summary>The node this user is, or null.</summary>
    public string? NodeName => Name.StartsWith(NodePrefix, StringComparison.Ordinal) && IsIn(NodesGroup) ? Name[NodePrefix.Length..] : null;

    public override string ToString() => Name;
}
