using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Pods;

/// <summary>Of what a running container must be made anew for: its name and image. All else that may change in a pod's spec is applied in place.</summary>
internal static class ContainerHash
{
    public const string Annotation = "io.litekube.hash";

    public static string Of(Container container) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{container.Name}\n{container.Image}"))).ToString("x16");

    /// <summary>False also where the instance does not tell.</summary>
    public static bool IsChanged(Container container, EngineContainer instance) =>
        instance.Annotations.TryGetValue(Annotation, out var hash) && hash != Of(container);
}
