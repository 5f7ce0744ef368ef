using System.Reflection;

namespace LiteKube;

internal static class ProductVersion
{
    /// <summary>The version of the Kubernetes API served, as in <c>/version</c> and <c>node.status.nodeInfo.kubeletVersion</c>.</summary>
    public const string Kubernetes = "v1.36.0+litekube1";

    public static string LiteKube { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
