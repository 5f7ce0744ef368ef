using LiteKube.Api;

namespace LiteKube.Node.Registration;

/// <summary>What the machine has, and what of it pods may ask for.</summary>
internal sealed record NodeResources(IReadOnlyDictionary<string, Quantity> Capacity, IReadOnlyDictionary<string, Quantity> Allocatable);
