using System.CommandLine;
using System.Text.Json;
using LiteKube.Flags;

namespace LiteKube.Verbs;

/// <summary>How Secrets lie encrypted on the server's disk, and a new key for them. Asks the running server, as the administrator.</summary>
internal static class SecretsVerb
{
    private const string StatusPath = "/litekube/secrets/encryption";
    private const string RotatePath = "/litekube/secrets/encryption/rotate-key";

    private static readonly Flag s_kubeconfig = new("kubeconfig", "FILE", "The administrator's kubeconfig.", ServerFlags.WriteKubeconfig.Default);

    public static Command Create() => new("secrets", "Encryption of Secrets in the datastore: its state, and a new key.")
    {
        Verb("status", "Print which keys Secrets are encrypted with, and whether all of them are.", HttpMethod.Get, StatusPath, null),
        Verb("rotate-key", "Make a new key, encrypt every Secret with it and drop the old one, while the server runs. Also completes a change that was cut short.", HttpMethod.Post, RotatePath, "the key is changed"),
    };

    private static Command Verb(string name, string description, HttpMethod method, string path, string? done)
    {
        var command = new Command(name, description);
        command.Options.Add(s_kubeconfig.Option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var file = parsed.GetValue(s_kubeconfig.Option) is { Length: > 0 } given ? given[^1] : s_kubeconfig.Default!;
            using var access = KubeconfigAccess.Read(Path.GetFullPath(file));
            using var answer = JsonDocument.Parse(await access.SendAsync(method, path, cancellationToken));
            if (done is not null)
                Console.WriteLine(done);
            return Print(answer.RootElement);
        });
        return command;
    }

    private static int Print(JsonElement status)
    {
        var keys = status.GetProperty("keys");
        var plain = status.GetProperty("plainRecords").GetInt64();
        Console.WriteLine($"key file: {status.GetProperty("keyFile").GetString()}");
        foreach (var key in keys.EnumerateArray())
            Console.WriteLine($"key {key.GetProperty("id").GetString()} of {key.GetProperty("created").GetDateTimeOffset():yyyy-MM-dd HH:mm:ss}Z: {key.GetProperty("records").GetInt64()} records");
        var complete = plain == 0 && keys.GetArrayLength() == 1 && !status.GetProperty("traces").GetBoolean();
        Console.WriteLine(complete ? "every Secret is encrypted, with one key"
            : plain > 0 ? $"{plain} records are not encrypted: run litekube secrets rotate-key"
            : keys.GetArrayLength() > 1 ? "a change of the key is not complete: run litekube secrets rotate-key"
            : "unused parts of the file may hold Secrets from before they were encrypted: the next start of the server erases them");
        return complete ? 0 : 1;
    }
}
