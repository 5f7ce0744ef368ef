using System.Text;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Storage;

[Collection(ApiHostCollection.Name)]
public sealed class SecretEncryptionTests(ApiHost host)
{
    private const string StatusPath = "/litekube/secrets/encryption";

    [Fact]
    public async Task A_Secret_is_nowhere_in_the_data_directory_and_a_ConfigMap_is()
    {
        var ns = await host.NamespaceAsync();
        var secret = Convert.ToBase64String("the password of everything"u8);
        await host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/secrets", $$$"""{"metadata":{"name":"s"},"data":{"p":"{{{secret}}}"}}""");
        await host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"c"},"data":{"p":"nothing to hide at all"}}""");
        Assert.False(Holds(secret));
        Assert.True(Holds("nothing to hide at all"));
    }

    [Fact]
    public async Task The_key_is_changed_while_a_watch_goes_on_unaware()
    {
        var ns = await host.NamespaceAsync();
        var made = await host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"},"stringData":{"p":"v"}}""");
        using var watch = await host.Admin.WatchAsync($"/api/v1/namespaces/{ns}/secrets?resourceVersion={made.Version}");
        var before = (await host.Admin.GetAsync(StatusPath)).Expect(200);
        var after = (await host.Admin.PostAsync(StatusPath + "/rotate-key", "")).Expect(200);
        var (was, now) = (Assert.Single(before.Body["keys"]!.AsArray())!, Assert.Single(after.Body["keys"]!.AsArray())!);
        Assert.NotEqual((string)was["id"]!, (string)now["id"]!);
        Assert.True((long)now["records"]! >= 1);
        Assert.Equal(0, (long)after.Body["plainRecords"]!);
        Assert.Equal(made.Version, (await host.Admin.GetAsync($"/api/v1/namespaces/{ns}/secrets/s")).Expect(200).Version);
        await host.Admin.CreateAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"t"}}""");
        Assert.Equal("t", (await watch.ExpectAsync("ADDED")).Name);
    }

    [Fact]
    public async Task Only_who_may_use_the_paths_can_see_or_change_the_keys()
    {
        using var nobody = host.Client(null);
        (await nobody.GetAsync(StatusPath)).Expect(401);
        (await nobody.PostAsync(StatusPath + "/rotate-key", "")).Expect(401);
        (await host.Admin.GetAsync(StatusPath + "/rotate-key")).Expect(405);
    }

    private bool Holds(string text) => Directory.EnumerateFiles(host.DataDirectory, "store.db*").Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    });
}
