using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Why a layer is not taken.</summary>
internal static class LayerRefusal
{
    private const int Shown = 200;
    private const string Refused = "the layer is refused: ";

    public static RuntimeException Because(string reason) => new(RuntimeError.ImagePull, Refused + reason);

    /// <summary>Null where it is no refusal.</summary>
    public static string? ReasonOf(RuntimeException e) => e.Message.StartsWith(Refused, StringComparison.Ordinal) ? e.Message[Refused.Length..] : null;

    /// <param name="path">One character a byte.</param>
    public static RuntimeException Entry(string path, string reason) => Because($"its entry \"{Show(path)}\" {reason}");

    private static string Show(string path)
    {
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path.Length > Shown ? path[..Shown] + "..." : path));
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }
}
