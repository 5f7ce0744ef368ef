using LiteKube.Api;

namespace LiteKube.Admission.Matching;

/// <summary>How a request matched.</summary>
/// <param name="Resource">The resource that the rule names: the one asked for, or an equivalent, in whose form the object is shown.</param>
public readonly record struct ResourceMatch(ResourceType Resource);
