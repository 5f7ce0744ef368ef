using LiteKube.Api;
using LiteKube.Node.Env;

namespace LiteKube.Node.Volumes;

/// <summary>What all pods' volumes share.</summary>
/// <param name="Allocatable">What the node can give to pods, as now known.</param>
internal sealed record VolumeContext(string RootDirectory, IMounts Mounts, IPodObjects Objects, ITokenSource Tokens, TimeProvider Time, Func<IReadOnlyDictionary<string, Quantity>> Allocatable);
