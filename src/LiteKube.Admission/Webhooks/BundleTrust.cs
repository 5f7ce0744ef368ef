using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Admission.Webhooks;

/// <summary>Judges servers by a CA bundle alone: whatever certificate is in it is an anchor, a root or not. An empty bundle leaves it to the machine's roots.</summary>
public sealed class BundleTrust : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection _anchors = [];
    private readonly string? _unreadable;

    public BundleTrust(byte[] bundle)
    {
        if (bundle.Length == 0)
            return;
        try
        {
            _anchors.ImportFromPem(System.Text.Encoding.UTF8.GetString(bundle));
        }
        catch (CryptographicException e)
        {
            _unreadable = e.Message;
        }

        if (_anchors.Count == 0)
            _unreadable ??= "no certificate in it";
    }

    /// <summary>For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>; a refusal is thrown, so that its cause is known to the caller.</summary>
    public bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown)
            throw Refused("the server showed no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            throw Refused($"x509: certificate is not valid for the name asked for, {(sender as SslStream)?.TargetHostName}");
        if (_unreadable is not null)
            throw Refused($"unable to load root certificates: unable to parse bytes as PEM block: {_unreadable}");
        if (_anchors.Count == 0)
            return !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? true : throw Refused("x509: certificate signed by unknown authority");
        if (Problem(shown, chain) is { } problem)
            throw Refused(problem);
        return true;
    }

    public void Dispose()
    {
        foreach (var anchor in _anchors)
            anchor.Dispose();
    }

    private string? Problem(X509Certificate2 shown, X509Chain? sent)
    {
        using var built = new X509Chain();
        built.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        built.ChainPolicy.CustomTrustStore.AddRange(_anchors);
        built.ChainPolicy.ExtraStore.AddRange(_anchors);
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            built.ChainPolicy.ExtraStore.Add(element.Certificate);
        built.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuth));
        built.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        built.ChainPolicy.DisableCertificateDownloads = true;
        // An anchor need not be a root: whether the chain meets one is looked at below.
        built.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        var good = built.Build(shown);
        var anchored = built.ChainElements.Any(e => _anchors.Any(a => a.RawDataMemory.Span.SequenceEqual(e.Certificate.RawDataMemory.Span)));
        // Another authority under the same name is an unknown one too.
        var problem = !anchored || built.ChainStatus.Any(s => s.Status == X509ChainStatusFlags.NotSignatureValid) ? "x509: certificate signed by unknown authority"
            : good ? null
            : built.ChainStatus.Any(s => s.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) ? "x509: certificate has expired or is not yet valid"
            : $"x509: {built.ChainStatus.FirstOrDefault(s => s.Status is not (X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain)).StatusInformation}";
        foreach (var element in built.ChainElements)
            element.Certificate.Dispose();
        return problem;
    }

    private static AuthenticationException Refused(string why) => new($"tls: failed to verify certificate: {why}");
}
