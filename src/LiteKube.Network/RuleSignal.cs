namespace LiteKube.Network;

/// <summary>Set by whoever changes what the packet rules are made of.</summary>
internal sealed class RuleSignal
{
    internal ChangeSignal Changed { get; } = new();
}
