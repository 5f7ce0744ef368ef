using System.Security.Cryptography;
using LiteKube.Api.OpenApi;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Aggregation;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Http;

/// <summary>The documents of one moment, each made when somebody first asks.</summary>
/// <param name="remoteVersion">Of what <paramref name="remote"/> knew.</param>
internal sealed class PublishedOpenApi(RegistrySnapshot snapshot, RemoteApiSet remotes, RemoteOpenApi remote, long remoteVersion)
{
    private readonly KindSchema[] _customs = [.. snapshot.Resources.Where(r => r.Custom is not null).Select(r => r.Schema)];

    private readonly Lazy<ReadOnlyMemory<byte>> _v2 = new(() => OpenApiDocuments.V2With(
        [.. snapshot.Resources.Where(r => r.Custom is not null).Select(r => r.Schema)], remote.Parts(RemoteGroup.Of(remotes.All).SelectMany(g => g.Versions))));

    public ReadOnlyMemory<byte> V2 => _v2.Value;

    public string V2Tag => field ??= Tag(V2.Span);

    public byte[] V2Protobuf => field ??= OpenApiProtobuf.OfV2(V2);

    public string V2ProtobufTag => field ??= Tag(V2Protobuf);

    public byte[] V3Index => field ??= OpenApiDocuments.V3Index(
        Customs.Values.Concat(Converted.Values), remotes.All.Where(r => !Converted.ContainsKey(r.Path[1..])).Select(r => (Path: r.Path[1..], Address: remote.AddressOf(r))).Where(r => r.Address is not null).Select(r => (r.Path, r.Address!)));

    public string V3IndexTag => field ??= Tag(V3Index);

    private Dictionary<string, OpenApiV3Document> Customs => field ??= _customs.GroupBy(k => k.Resource.BasePath.TrimStart('/'), StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => OpenApiDocuments.V3Of(g.Key, g), StringComparer.Ordinal);

    private Dictionary<string, OpenApiV3Document> Converted => field ??= remotes.All.Select(remote.ConvertedOf).OfType<OpenApiV3Document>().ToDictionary(d => d.Path, StringComparer.Ordinal);

    public bool IsOf(RegistrySnapshot current, RemoteApiSet set, long version) => ReferenceEquals(snapshot, current) && remotes.Version == set.Version && remotes.Registry == set.Registry && remoteVersion == version;

    public OpenApiV3Document? V3(string path) => OpenApiDocuments.V3(path) ?? Customs.GetValueOrDefault(path) ?? Converted.GetValueOrDefault(path);

    private static string Tag(ReadOnlySpan<byte> document) => Convert.ToHexString(SHA512.HashData(document));
}
