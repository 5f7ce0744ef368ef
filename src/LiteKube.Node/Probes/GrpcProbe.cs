using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Containers;

namespace LiteKube.Node.Probes;

/// <summary>
/// grpc probes: one call of grpc.health.v1.Health/Check in clear text (github.com/grpc/grpc/blob/master/doc/health-checking.md). The two messages
/// have one field each, so they are written and read here.
/// </summary>
internal sealed class GrpcProbe : IDisposable
{
    private const int PrefixLength = 5;
    private const ulong Serving = 1;

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    public async ValueTask<ProbeOutcome> RunAsync(GRPCAction action, ProbeTarget target, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var host = target.Address.Contains(':') ? $"[{target.Address}]" : target.Address;
        var endpoint = $"{host}:{action.Port}";
        try
        {
            using var request = RequestOf(endpoint, action.Service ?? "");
            using var response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            var status = Header(response, "grpc-status");
            if (status != "0")
                return ProbeOutcome.Failure(status == "12" ? "this server does not implement the grpc health protocol (grpc.health.v1.Health): " + Header(response, "grpc-message")
                    : $"health rpc probe failed: code {status ?? "unknown"}: {Uri.UnescapeDataString(Header(response, "grpc-message") ?? "")}");
            var health = ReadStatus(body);
            return health == Serving ? ProbeOutcome.Success("service healthy") : ProbeOutcome.Failure($"service unhealthy (responded with \"{NameOf(health)}\")");
        }
        catch (OperationCanceledException)
        {
            return ProbeOutcome.Failure($"timeout: failed to connect service \"{endpoint}\" within {GoDuration.Format(timeout)}: context deadline exceeded");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ProbeOutcome.Failure($"error: failed to connect service \"{endpoint}\": {SocketFailure.Describe(e, endpoint)}");
        }
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage RequestOf(string endpoint, string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        var message = new MemoryStream();
        if (name.Length > 0)
        {
            // Field 1, length-delimited.
            message.WriteByte(0x0A);
            for (var length = (uint)name.Length; ; length >>= 7)
            {
                message.WriteByte((byte)(length < 0x80 ? length : (length & 0x7F) | 0x80));
                if (length < 0x80)
                    break;
            }

            message.Write(name);
        }

        var framed = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), (int)message.Length);
        message.ToArray().CopyTo(framed, PrefixLength);
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://{endpoint}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(framed),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("kube-probe", "1.36"));
        return request;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;

    /// <summary>Field 1 of HealthCheckResponse, a varint; 0 where it is left out.</summary>
    private static ulong ReadStatus(ReadOnlySpan<byte> body)
    {
        if (body.Length < PrefixLength + 2 || body[PrefixLength] != 0x08)
            return 0;
        ulong value = 0;
        for (int i = PrefixLength + 1, shift = 0; i < body.Length && shift < 64; i++, shift += 7)
        {
            value |= (ulong)(body[i] & 0x7F) << shift;
            if (body[i] < 0x80)
                break;
        }

        return value;
    }

    private static string NameOf(ulong status) => status switch
    {
        0 => "UNKNOWN",
        2 => "NOT_SERVING",
        3 => "SERVICE_UNKNOWN",
        _ => status.ToString(),
    };
}
