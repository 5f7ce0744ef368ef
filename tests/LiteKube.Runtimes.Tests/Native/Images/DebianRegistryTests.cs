using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Testing;
using LiteKube.Testing.Webhooks;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>The registry that Debian has, with TLS and a password, where it is installed.</summary>
public sealed class DebianRegistryTests : IDisposable
{
    internal const string Program = "/usr/bin/docker-registry";

    // me:geheim
    private const string Passwords = "me:$2b$05$abcdefghijklmnopqrstuuVWu8RjbNovPZWAMRdd7iqaaG0mI53Uu\n";

    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RegistryFact]
    public async Task An_image_is_pulled_with_TLS_and_a_password()
    {
        var host = $"127.0.0.1:{FreePort.Take()}";
        var (certificate, bundle) = TestCertificates.For("localhost");
        await File.WriteAllBytesAsync(InDirectory("ca.pem"), bundle);
        await File.WriteAllTextAsync(InDirectory("cert.pem"), certificate.ExportCertificatePem());
        using (var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!)
            await File.WriteAllTextAsync(InDirectory("key.pem"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(InDirectory("passwords"), Passwords);
        await File.WriteAllTextAsync(InDirectory("registry.yml"), $$"""
            version: 0.1
            storage:
              filesystem: {rootdirectory: {{InDirectory("data")}}}
            http:
              addr: {{host}}
              tls: {certificate: {{InDirectory("cert.pem")}}, key: {{InDirectory("key.pem")}}}
            auth:
              htpasswd: {realm: test, path: {{InDirectory("passwords")}}}
            """);
        await File.WriteAllTextAsync(_directory.Options.RegistriesFile, $"configs:\n  \"{host}\":\n    tls: {{ca_file: {InDirectory("ca.pem")}}}\n");
        using var registry = Process.Start(new ProcessStartInfo(Program, ["serve", InDirectory("registry.yml")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        registry.OutputDataReceived += (_, _) => { };
        registry.ErrorDataReceived += (_, _) => { };
        registry.BeginOutputReadLine();
        registry.BeginErrorReadLine();
        try
        {
            byte[][] layers = [new TarBuilder().File("a", "1").Build(), new TarBuilder().File("b", new string('b', 200_000)).Build()];
            var id = await PushAsync(host, layers);
            using var images = new NativeImages(_directory.Open());
            var name = $"{host}/team/app:1";

            var error = await Assert.ThrowsAsync<RuntimeException>(async () => await images.PullAsync(name, null, default));
            Assert.Contains("401 unauthorized: authentication required", error.Message, StringComparison.Ordinal);
            Assert.Equal(id, await images.PullAsync(name, new RegistryCredentials("me", "geheim"), default));
            Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine((await _directory.Open().OpenAsync(name, default)).LayerDirectories[0], "a")));
        }
        finally
        {
            registry.Kill();
            await registry.WaitForExitAsync();
        }
    }

    private static async Task<string> PushAsync(string host, byte[][] layers)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://{host}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("me:geheim"u8));
        var until = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(2);
        while (true)
        {
            try
            {
                using var up = await http.GetAsync("/v2/");
                Assert.Equal(HttpStatusCode.OK, up.StatusCode);
                break;
            }
            catch (HttpRequestException) when (DateTimeOffset.UtcNow < until)
            {
                await Task.Delay(50);
            }
        }

        var config = SavedArchive.Config(layers);
        var blobs = layers.Select(TarBuilder.Gzip).ToList();
        foreach (var blob in blobs.Append(config))
        {
            using var begun = await http.PostAsync("/v2/team/app/blobs/uploads/", null);
            var location = begun.Headers.Location!.ToString();
            using var content = new ByteArrayContent(blob);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var put = await http.PutAsync($"{location}{(location.Contains('?') ? '&' : '?')}digest={Digests.Of(blob)}", content);
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }

        var manifest = $$"""{"schemaVersion":2,"mediaType":"{{TestRegistry.DockerManifest}}","config":{{TestRegistry.Descriptor(config, "application/vnd.docker.container.image.v1+json")}},"layers":[{{string.Join(',', blobs.Select(b => TestRegistry.Descriptor(b, "application/vnd.docker.image.rootfs.diff.tar.gzip")))}}]}""";
        using var body = new StringContent(manifest, Encoding.UTF8, TestRegistry.DockerManifest);
        body.Headers.ContentType = new MediaTypeHeaderValue(TestRegistry.DockerManifest);
        using var tagged = await http.PutAsync("/v2/team/app/manifests/1", body);
        Assert.Equal(HttpStatusCode.Created, tagged.StatusCode);
        return Digests.Of(config);
    }

    private string InDirectory(string name) => Path.Combine(_directory.Path, name);
}

internal sealed class RegistryFactAttribute : FactAttribute
{
    public RegistryFactAttribute() => Skip = File.Exists(DebianRegistryTests.Program) ? null : $"{DebianRegistryTests.Program} is not there: apt-get install docker-registry";
}
