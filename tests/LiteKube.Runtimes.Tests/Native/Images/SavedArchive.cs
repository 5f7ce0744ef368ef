using System.Text;
using LiteKube.Runtimes.Native.Images;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>Archives as <c>docker save</c> and others write them.</summary>
internal static class SavedArchive
{
    public static byte[] Config(IReadOnlyList<byte[]> layers, string run = """{"Cmd":["/run"]}""") =>
        Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","config":{{run}},"rootfs":{"type":"layers","diff_ids":[{{string.Join(',', layers.Select(l => $"\"{Digests.Of(l)}\""))}}]} }""");

    /// <summary>With the manifest last, and a layer that comes twice as a link, as older Docker does.</summary>
    public static byte[] Docker(IReadOnlyList<byte[]> layers, params string[] tags)
    {
        var tar = new TarBuilder();
        var names = new List<string>();
        for (var i = 0; i < layers.Count; i++)
        {
            var first = layers.ToList().FindIndex(l => l.SequenceEqual(layers[i]));
            names.Add($"layer{i}/layer.tar");
            tar.Directory($"layer{i}/").File($"layer{i}/VERSION", "1.0");
            if (first < i)
                tar.Symlink(names[^1], $"../layer{first}/layer.tar");
            else
                tar.File(names[^1], layers[i]);
        }

        var config = Config(layers);
        return tar.File("config.json", config).File("manifest.json", $$"""[{"Config":"config.json","RepoTags":[{{Quoted(tags)}}],"Layers":[{{Quoted(names)}}]}]""").Build();
    }

    public static byte[] Oci(IReadOnlyList<byte[]> layers, string annotations)
    {
        var config = Config(layers);
        var blobs = layers.Select(TarBuilder.Gzip).ToList();
        var manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{TestRegistry.Descriptor(config, "application/vnd.oci.image.config.v1+json")}},"layers":[{{string.Join(',', blobs.Select(b => TestRegistry.Descriptor(b, "application/vnd.oci.image.layer.v1.tar+gzip")))}}]}""");
        var tar = new TarBuilder().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
            .File("index.json", $$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{TestRegistry.OciManifest}}","digest":"{{Digests.Of(manifest)}}","size":{{manifest.Length}},"annotations":{{annotations}} }]}""");
        foreach (var blob in blobs.Append(config).Append(manifest))
            tar.File("blobs/sha256/" + Digests.Of(blob)[7..], blob);
        return tar.Build();
    }

    private static string Quoted(IEnumerable<string> texts) => string.Join(',', texts.Select(t => $"\"{t}\""));
}
