using System.Net;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Services;

namespace LiteKube.ApiServer.Kinds;

/// <summary>An IPAddress that somebody writes keeps its address from Services, as one that was written for a Service does.</summary>
internal sealed class AddressStrategy(ServiceAllocator allocator) : ObjectStrategy
{
    public override async ValueTask<IReservation?> ReserveAsync(ApiRequest request, JsonObject next, JsonObject? old, CancellationToken cancellationToken) =>
        old is null && !request.Options.DryRun && IPAddress.TryParse(next.Object("metadata").String("name"), out var address) ? await allocator.HoldAsync(address, cancellationToken) : null;

    public override ValueTask DeletedAsync(JsonObject deleted)
    {
        if (IPAddress.TryParse(deleted.Object("metadata").String("name"), out var address))
            allocator.LetGo(address);
        return default;
    }
}
