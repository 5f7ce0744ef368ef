using System.Security.Cryptography;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Tests.Pki;

public sealed class ClusterPkiTests
{
    private static readonly string[] s_names = ["server-ca", "client-ca", "request-header-ca"];

    [Fact]
    public void Open_EmptyDirectory_MakesKeysThatOnlyTheOwnerReads()
    {
        using var fixture = new SecurityFixture();

        foreach (var name in s_names.Append("service-account"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(fixture.Options.TlsDirectory, name + ".key")));
        Assert.Empty(Directory.GetFiles(fixture.Options.TlsDirectory, "*.new"));
    }

    [Fact]
    public void Open_Again_GivesTheSameAuthoritiesAndSigningKey()
    {
        using var fixture = new SecurityFixture();

        using var again = ClusterPki.Open(fixture.Options.TlsDirectory, fixture.Clock);

        Assert.Equal(fixture.Pki.ServerCa.Pem, again.ServerCa.Pem);
        Assert.Equal(fixture.Pki.ClientCa.Pin, again.ClientCa.Pin);
        Assert.Equal(fixture.Pki.RequestHeaderCa.Pin, again.RequestHeaderCa.Pin);
        Assert.Equal(fixture.Pki.TokenKey.KeyId, again.TokenKey.KeyId);
    }

    [Fact]
    public void Open_KeyWithoutCertificate_FinishesWhatAnEarlierStartBegan()
    {
        using var fixture = new SecurityFixture();
        var path = Path.Combine(fixture.Options.TlsDirectory, "server-ca.crt");
        var key = File.ReadAllText(Path.Combine(fixture.Options.TlsDirectory, "server-ca.key"));
        File.Delete(path);

        using var again = ClusterPki.Open(fixture.Options.TlsDirectory, fixture.Clock);

        Assert.True(File.Exists(path));
        Assert.Equal(key, File.ReadAllText(Path.Combine(fixture.Options.TlsDirectory, "server-ca.key")));
        Assert.Equal(fixture.Pki.ServerCa.PublicCertificate.PublicKey.EncodedKeyValue.RawData, again.ServerCa.PublicCertificate.PublicKey.EncodedKeyValue.RawData);
    }

    [Fact]
    public void Open_CertificateWithoutKey_SaysWhichFileAndWhatToDo()
    {
        using var fixture = new SecurityFixture();
        File.Delete(Path.Combine(fixture.Options.TlsDirectory, "client-ca.key"));

        var error = Assert.Throws<PkiException>(() => ClusterPki.Open(fixture.Options.TlsDirectory, fixture.Clock));

        Assert.Contains("client-ca.key", error.Message, StringComparison.Ordinal);
        Assert.Contains("Restore", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_KeyOfAnotherCertificate_IsRefused()
    {
        using var fixture = new SecurityFixture();
        File.Copy(Path.Combine(fixture.Options.TlsDirectory, "client-ca.key"), Path.Combine(fixture.Options.TlsDirectory, "server-ca.key"), overwrite: true);

        Assert.Throws<PkiException>(() => ClusterPki.Open(fixture.Options.TlsDirectory, fixture.Clock));
    }

    [Fact]
    public void Open_OperatorsRsaKey_SignsTokensWithRs256()
    {
        using var fixture = new SecurityFixture(tls =>
        {
            Directory.CreateDirectory(tls);
            using var rsa = RSA.Create(2048);
            File.WriteAllText(Path.Combine(tls, "service-account.key"), rsa.ExportRSAPrivateKeyPem());
        });

        Assert.Equal("RS256", fixture.Pki.TokenKey.Algorithm);
        Assert.True(fixture.Pki.TokenKey.Verify("text"u8, fixture.Pki.TokenKey.Sign("text"u8)));
    }

    [Fact]
    public void Open_SigningKeyThatIsNone_NamesTheFile()
    {
        using var fixture = new SecurityFixture();
        File.WriteAllText(Path.Combine(fixture.Options.TlsDirectory, "service-account.key"), "not a key");

        var error = Assert.Throws<PkiException>(() => ClusterPki.Open(fixture.Options.TlsDirectory, fixture.Clock));

        Assert.Contains("service-account.key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Issue_ClockNotSet_HoldsAtTheEpochAndToday()
    {
        using var fixture = new SecurityFixture();
        fixture.Clock.Now = DateTimeOffset.UnixEpoch.AddMinutes(3);
        using var certificate = fixture.Pki.IssueClient("someone");

        Assert.True(CertificateChain.Verify(certificate, null, fixture.Pki.ClientCa.PublicCertificate, CertificateUsage.ClientAuth, fixture.Clock.Now, out var early), early);
        Assert.True(CertificateChain.Verify(certificate, null, fixture.Pki.ClientCa.PublicCertificate, CertificateUsage.ClientAuth, new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), out var now), now);
    }

    [Fact]
    public void KubeletClient_LastThirdOfItsLife_IsMadeAnew()
    {
        using var fixture = new SecurityFixture();
        var first = fixture.Pki.KubeletClient.Current;
        Assert.Same(first, fixture.Pki.KubeletClient.Current);

        fixture.Clock.Advance(TimeSpan.FromDays(300));

        Assert.NotEqual(first.SerialNumber, fixture.Pki.KubeletClient.Current.SerialNumber);
    }

    [Fact]
    public void Kubeconfig_SecondWrite_LeavesTheFileAlone()
    {
        using var fixture = new SecurityFixture();
        var path = fixture.Options.KubeconfigPath;
        using var admin = fixture.Pki.Admin();
        Assert.True(Kubeconfig.Write(path, "https://127.0.0.1:6443", fixture.Pki.ServerCa.Pem, admin));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        using var later = ClusterPki.Open(fixture.Options.TlsDirectory, fixture.Clock);
        using var same = later.Admin();

        Assert.False(Kubeconfig.Write(path, "https://127.0.0.1:6443", later.ServerCa.Pem, same));
        Assert.True(Kubeconfig.Write(path, "https://10.0.0.1:6443", later.ServerCa.Pem, same));
    }

    [Fact]
    public void Admin_DamagedFile_IsMadeAnew()
    {
        using var fixture = new SecurityFixture();
        fixture.Pki.Admin().Dispose();
        File.WriteAllText(Path.Combine(fixture.Options.TlsDirectory, "admin.crt"), "damaged");

        using var admin = fixture.Pki.Admin();

        Assert.True(fixture.Pki.ClientCa.Verifies(admin, null, CertificateUsage.ClientAuth, out var error), error);
    }

    [Fact]
    public void Admin_NearItsEnd_IsMadeAnew()
    {
        using var fixture = new SecurityFixture();
        using var first = fixture.Pki.Admin();
        fixture.Clock.Advance(TimeSpan.FromDays(200));
        using var kept = fixture.Pki.Admin();
        fixture.Clock.Advance(TimeSpan.FromDays(100));
        using var renewed = fixture.Pki.Admin();

        Assert.Equal(first.SerialNumber, kept.SerialNumber);
        Assert.NotEqual(first.SerialNumber, renewed.SerialNumber);
    }
}
