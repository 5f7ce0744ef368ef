using System.Text.Json.Nodes;

namespace LiteKube.Admission;

/// <summary>
/// Whether a request's mutating plugins are to run a second time, because one that may come early in the order has not seen what a later one did.
/// There is one second run, never a third. (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy)
/// </summary>
public sealed class Reinvocation
{
    private readonly Dictionary<string, PluginReinvocation> _plugins = new(StringComparer.Ordinal);

    /// <summary>This is the second run.</summary>
    public bool IsSecondRun { get; internal set; }

    public bool IsWanted { get; private set; }

    public void Want() => IsWanted = true;

    /// <summary>What a plugin remembers of the first run.</summary>
    public PluginReinvocation Of(string plugin)
    {
        if (!_plugins.TryGetValue(plugin, out var own))
            _plugins[plugin] = own = new PluginReinvocation();
        return own;
    }
}

/// <summary>Which of a plugin's webhooks or policies ran, and which of them run again.</summary>
public sealed class PluginReinvocation
{
    private readonly HashSet<string> _ran = new(StringComparer.Ordinal);
    private readonly HashSet<string> _again = new(StringComparer.Ordinal);
    private JsonNode? _left;

    public bool RunsAgain(string id) => _again.Contains(id);

    /// <summary>Notes one with reinvocationPolicy IfNeeded that ran.</summary>
    public void Ran(string id) => _ran.Add(id);

    /// <summary>The object changed: all that ran before this moment are to see it.</summary>
    public void Changed()
    {
        _again.UnionWith(_ran);
        _ran.Clear();
    }

    /// <summary>Notes the object as this plugin leaves it.</summary>
    public void Leave(JsonObject? value) => _left = _ran.Count + _again.Count == 0 ? null : value?.DeepClone();

    /// <summary>Whether somebody else has changed the object since <see cref="Leave"/>.</summary>
    public bool IsChanged(JsonObject? value) => !JsonNode.DeepEquals(_left, value);
}
