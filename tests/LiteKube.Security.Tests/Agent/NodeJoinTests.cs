using System.Net;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Agent;
using LiteKube.Security.Joining;
using LiteKube.Security.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Security.Tests.Agent;

public sealed class NodeJoinTests : IAsyncLifetime
{
    private readonly SecurityFixture _security = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("litekube-agent-").FullName;
    private readonly List<IPAddress> _addresses = [IPAddress.Parse("192.0.2.10")];
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync(_security);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _security.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Join_RightToken_GivesCertificatesThatTheClusterTakes()
    {
        using var credentials = await Join(_server.Token).JoinAsync(CancellationToken.None);

        Assert.True(_security.Pki.ClientCa.Verifies(credentials.Client, null, CertificateUsage.ClientAuth, out var client), client);
        Assert.True(_security.Pki.ServerCa.Verifies(credentials.Serving, null, CertificateUsage.ServerAuth, out var serving), serving);
        Assert.Equal("system:node:a", CertificateUser.Of(credentials.Client.SubjectName).Name);
        Assert.True(credentials.Serving.MatchesHostname("192.0.2.10"));
        Assert.Equal(_security.Pki.ServerCa.Pem, credentials.ServerCaPem);
        Assert.Equal(_security.Pki.ClientCa.PublicCertificate, Assert.Single(credentials.ClientCas));
        foreach (var key in Directory.GetFiles(Path.Combine(_directory, "agent"), "*.key"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public async Task Join_SecondStart_NeedsNeitherServerNorToken()
    {
        using var first = await Join(_server.Token).JoinAsync(CancellationToken.None);
        var requests = _server.Requests;

        using var second = await JoinAgain().JoinAsync(CancellationToken.None);

        Assert.Equal(requests, _server.Requests);
        Assert.Equal(first.Client.SerialNumber, second.Client.SerialNumber);
        Assert.True(second.Client.HasPrivateKey);
    }

    [Fact]
    public async Task Join_ServerOfAnotherCa_EndsBeforeTheSecretIsSaid()
    {
        var token = _server.Token with { Pin = new string('0', 64) };

        var error = await Assert.ThrowsAsync<JoinException>(() => Join(token).JoinAsync(CancellationToken.None));

        Assert.True(error.IsFinal);
        Assert.Contains("verifying the server", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public async Task Join_TokenRevoked_SaysSo()
    {
        _security.Objects.Remove(Secret.Resource, "kube-system", _server.Token.Token.SecretName);

        var error = await Assert.ThrowsAsync<JoinException>(() => Join(_server.Token).JoinAsync(CancellationToken.None));

        Assert.True(error.IsFinal);
        Assert.Contains("server/token", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Token.Token.Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_EveryTamperedLetterOfTheToken_IsRefused()
    {
        var text = _server.Token.Reveal();
        // One letter of each part: the pin, the id, the secret.
        foreach (var at in new[] { 3, 66, 68, text.Length - 1 })
        {
            var tampered = text[..at] + (text[at] == 'a' ? 'b' : 'a') + text[(at + 1)..];
            await Assert.ThrowsAsync<JoinException>(() => Join(tampered).JoinAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task Join_NothingListens_NamesAddressAndRemedy()
    {
        var join = new NodeJoin(Options(_server.Token.Reveal()) with { Server = new Uri("https://127.0.0.1:1") }, _security.Clock, NullLogger<NodeJoin>.Instance);

        var error = await Assert.ThrowsAsync<JoinException>(() => join.JoinAsync(CancellationToken.None));

        Assert.False(error.IsFinal);
        Assert.Contains("https://127.0.0.1:1", error.Message, StringComparison.Ordinal);
        Assert.Contains("firewall", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_NoTokenAndNoCertificates_AsksForTheToken()
    {
        var error = await Assert.ThrowsAsync<JoinException>(() => JoinAgain().JoinAsync(CancellationToken.None));

        Assert.Contains("--join", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_NeverApproved_EndsAndNamesTheRequest()
    {
        _server.Signs = false;
        var join = new NodeJoin(Options(_server.Token.Reveal()) with { ApprovalTimeout = TimeSpan.FromMilliseconds(300) }, _security.Clock, NullLogger<NodeJoin>.Instance);

        var error = await Assert.ThrowsAsync<JoinException>(() => join.JoinAsync(CancellationToken.None));

        Assert.Contains("kubectl certificate approve node-csr-0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renew_NothingDue_AsksNothing()
    {
        var join = Join(_server.Token);
        using var credentials = await join.JoinAsync(CancellationToken.None);
        var requests = _server.Requests;

        Assert.False(await join.RenewAsync(credentials, CancellationToken.None));
        Assert.Equal(requests, _server.Requests);
    }

    [Fact]
    public async Task Renew_LastThirdOfLife_ReplacesBothAndTells()
    {
        var join = Join(_server.Token);
        using var credentials = await join.JoinAsync(CancellationToken.None);
        var (client, serving) = (credentials.Client.SerialNumber, credentials.Serving.SerialNumber);
        var told = 0;
        credentials.Renewed += () => told++;
        _security.Objects.Remove(Secret.Resource, "kube-system", _server.Token.Token.SecretName);

        _security.Clock.Advance(TimeSpan.FromDays(300));

        Assert.True(await join.RenewAsync(credentials, CancellationToken.None));
        Assert.NotEqual(client, credentials.Client.SerialNumber);
        Assert.NotEqual(serving, credentials.Serving.SerialNumber);
        Assert.Equal(1, told);
        using var kept = await JoinAgain().JoinAsync(CancellationToken.None);
        Assert.Equal(credentials.Client.SerialNumber, kept.Client.SerialNumber);
    }

    [Fact]
    public async Task Renew_NewAddress_ReplacesTheServingCertificateOnly()
    {
        var join = Join(_server.Token);
        using var credentials = await join.JoinAsync(CancellationToken.None);
        var client = credentials.Client.SerialNumber;
        _addresses.Add(IPAddress.Parse("192.0.2.11"));

        Assert.True(await join.RenewAsync(credentials, CancellationToken.None));

        Assert.Equal(client, credentials.Client.SerialNumber);
        Assert.True(credentials.Serving.MatchesHostname("192.0.2.11"));
        Assert.True(credentials.Serving.MatchesHostname("a"));
    }

    private NodeJoin JoinAgain() => Join((string?)null);

    private NodeJoin Join(JoinToken token) => Join(token.Reveal());

    private NodeJoin Join(string? token) => new(Options(token), _security.Clock, NullLogger<NodeJoin>.Instance);

    private NodeJoinOptions Options(string? token) => new() { Server = _server.Address, Token = token, NodeName = "a", Addresses = () => _addresses, DataDirectory = _directory };
}
