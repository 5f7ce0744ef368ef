namespace LiteKube.EndToEnd.Tests;

internal static class Manifest
{
    public static string Load(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Manifests", file));

    public static string Pod(string name, string cpu = "10m", string? node = null) => $"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {name}
          labels: {Braced($"app: {name}")}
        spec:
          {(node is null ? "" : "nodeName: " + node)}
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: sample/busybox:1
            command: [sleep, "100000"]
            resources:
              requests: {Braced($"cpu: {cpu}")}
        """;

    public static string Deployment(string name, int replicas, string image = "sample/busybox:1") => $"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {name}
          labels: {Braced($"app: {name}")}
        spec:
          replicas: {replicas}
          selector:
            matchLabels: {Braced($"app: {name}")}
          template:
            metadata:
              labels: {Braced($"app: {name}")}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: {image}
                command: [sleep, "100000"]
        """;

    private static string Braced(string text) => "{ " + text + " }";
}
