using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Services;

namespace LiteKube.ApiServer.Kinds;

/// <summary>Services hold cluster IPs and node ports from their creation to their deletion.</summary>
internal sealed class ServiceStrategy : ObjectStrategy
{
    private readonly ServiceAllocator _allocator;

    public ServiceStrategy(ServiceAllocator allocator)
    {
        _allocator = allocator;
        HasStatus = true;
        CreateOnUpdate = true;
    }

    public override void PrepareForCreate(ApiRequest request, JsonObject created)
    {
        base.PrepareForCreate(request, created);
        created["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        ServiceDefaults.Carry(created.ObjectOrNew("spec"), null);
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        base.PrepareForUpdate(request, next, old);
        ServiceDefaults.Carry(next.ObjectOrNew("spec"), old.Object("spec"));
    }

    public override async ValueTask<IReservation?> ReserveAsync(ApiRequest request, JsonObject next, JsonObject? old, CancellationToken cancellationToken) =>
        request.Subresource.Length > 0 ? null : await _allocator.ReserveAsync(next, old, cancellationToken);

    public override ValueTask DeletedAsync(JsonObject deleted) => _allocator.ReleaseAsync(deleted);
}
