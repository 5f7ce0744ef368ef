using LiteKube.Network.Proxy;

namespace LiteKube.Network.Conntrack;

/// <summary>A tracked UDP conversation.</summary>
/// <param name="Destination">Whom the client addressed.</param>
/// <param name="Answerer">Who answers: differs from the destination where it was translated.</param>
/// <param name="Tuple">The kernel's key of it.</param>
internal sealed record UdpFlow(Backend Destination, Backend Answerer, byte[] Tuple)
{
    internal bool IsTranslated => Destination != Answerer;
}
