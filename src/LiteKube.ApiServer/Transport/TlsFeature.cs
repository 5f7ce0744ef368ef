using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace LiteKube.ApiServer.Transport;

/// <summary>What Kestrel and the authenticator ask of a connection's TLS: which HTTP was agreed on, whether it is safe enough, and the client's certificate.</summary>
internal sealed class TlsFeature(SslStream tls) : ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature
{
    public X509Certificate2? ClientCertificate { get; set; } = tls.RemoteCertificate as X509Certificate2;

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = tls.NegotiatedApplicationProtocol.Protocol;

    public SslProtocols Protocol { get; } = tls.SslProtocol;

    public TlsCipherSuite? NegotiatedCipherSuite { get; } = tls.NegotiatedCipherSuite;

    public string HostName { get; } = tls.TargetHostName;

#pragma warning disable SYSLIB0058 // The interface still has them; NegotiatedCipherSuite says the same.
    public CipherAlgorithmType CipherAlgorithm { get; } = tls.CipherAlgorithm;

    public int CipherStrength { get; } = tls.CipherStrength;

    public HashAlgorithmType HashAlgorithm { get; } = tls.HashAlgorithm;

    public int HashStrength { get; } = tls.HashStrength;

    public ExchangeAlgorithmType KeyExchangeAlgorithm { get; } = tls.KeyExchangeAlgorithm;

    public int KeyExchangeStrength { get; } = tls.KeyExchangeStrength;
#pragma warning restore SYSLIB0058

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
