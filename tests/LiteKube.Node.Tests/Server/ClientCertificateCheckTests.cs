using System.Security.Cryptography.X509Certificates;
using LiteKube.Node.Server;
using LiteKube.Testing;

namespace LiteKube.Node.Tests.Server;

public sealed class ClientCertificateCheckTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly FakeTime _time = new(DateTimeOffset.UtcNow);
    private X509Certificate2Collection _authorities;

    public ClientCertificateCheckTests() => _authorities = [_certificates.Authority];

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void What_was_good_is_good_again_until_it_expires()
    {
        using var certificate = _certificates.IssueClient("CN=somebody");
        var check = new ClientCertificateCheck(() => _authorities, _time);

        Assert.True(check.IsValid(certificate));
        Assert.True(check.IsValid(certificate));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.False(check.IsValid(certificate));
    }

    [Fact]
    public void What_was_good_is_judged_anew_when_the_authorities_change()
    {
        using var certificate = _certificates.IssueClient("CN=somebody");
        using var other = new TestCertificates();
        var check = new ClientCertificateCheck(() => _authorities, _time);
        Assert.True(check.IsValid(certificate));

        _authorities = [other.Authority];
        Assert.False(check.IsValid(certificate));
        _authorities = [_certificates.Authority];
        Assert.True(check.IsValid(certificate));
    }

    [Fact]
    public void What_was_refused_is_not_remembered()
    {
        using var certificate = _certificates.IssueClient("CN=somebody");
        var time = new FakeTime(DateTimeOffset.UtcNow.AddHours(-2));
        var check = new ClientCertificateCheck(() => _authorities, time);
        Assert.False(check.IsValid(certificate));

        time.Advance(TimeSpan.FromHours(2));
        Assert.True(check.IsValid(certificate));
    }

    [Fact]
    public void More_callers_than_are_remembered_are_all_let_in()
    {
        var check = new ClientCertificateCheck(() => _authorities, _time);
        for (var i = 0; i < 100; i++)
        {
            using var certificate = _certificates.IssueClient($"CN=caller-{i}");
            Assert.True(check.IsValid(certificate));
            Assert.True(check.IsValid(certificate));
        }
    }
}
