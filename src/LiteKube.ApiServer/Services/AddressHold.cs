using System.Net;
using LiteKube.ApiServer.Kinds;

namespace LiteKube.ApiServer.Services;

/// <summary>An address that an IPAddress of somebody's own making keeps from Services.</summary>
internal sealed class AddressHold(ServiceAllocator allocator, IPAddress address) : IReservation
{
    private bool _committed;

    public ValueTask CommitAsync()
    {
        _committed = true;
        return default;
    }

    public void Dispose()
    {
        if (!_committed)
            allocator.LetGo(address);
    }
}
