using System.Collections.Frozen;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Streaming;

internal sealed class ConnectRoutes(IEnumerable<IConnect> connects)
{
    private readonly FrozenDictionary<string, IConnect> _byPath =
        connects.SelectMany(c => c.Paths.Select(p => KeyValuePair.Create(p, c))).ToFrozenDictionary(StringComparer.Ordinal);

    public IConnect? Find(ApiRequest request) =>
        request.Subresource.Length > 0 && request.Resource.Type.Group.Length == 0 ? _byPath.GetValueOrDefault($"{request.Resource.Type.Plural}/{request.Subresource}") : null;
}
