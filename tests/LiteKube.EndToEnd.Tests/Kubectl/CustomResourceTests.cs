using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests.Kubectl;

/// <summary>What kubectl does with objects whose kind a CustomResourceDefinition adds.</summary>
[Collection(KubectlCollection.Name)]
public sealed class CustomResourceTests(ApiOnlyServer server) : IAsyncLifetime
{
    private string _namespace = "";

    private string Group => $"{_namespace}.example.com";

    // With its group: kubectl remembers what other groups have had of the name.
    private string Kind => $"gadgets.{Group}";

    private string One => $"gadgets.{Group}/g";

    public async Task InitializeAsync() => _namespace = await server.NewNamespace();

    public async Task DisposeAsync()
    {
        await server.Run("delete", "crd", $"gadgets.{Group}", "--ignore-not-found", "--wait=false");
        await server.Run("delete", "namespace", _namespace, "--wait=false");
    }

    [Fact]
    public async Task Create_makes_a_definition_and_an_object_of_it_from_one_file()
    {
        var printed = await server.RunWith(Definition() + "\n---\n" + Gadget("size: 1"), "create", "-f", "-");

        Assert.Equal($"customresourcedefinition.apiextensions.k8s.io/gadgets.{Group} created\ngadget.{Group}/g created", printed);
    }

    [Fact]
    public async Task Apply_looks_up_every_kind_before_it_applies_any_so_the_second_time_works()
    {
        var first = await server.TryWith(Definition() + "\n---\n" + Gadget("size: 1"), "apply", "-f", "-");
        Assert.Equal($"customresourcedefinition.apiextensions.k8s.io/gadgets.{Group} created", first.Output.Trim());
        // Of the client, and as with every Kubernetes: what it asked the server was all answered.
        Assert.Equal($"error: resource mapping not found for name: \"g\" namespace: \"{_namespace}\" from \"STDIN\": no matches for kind \"Gadget\" in version \"{Group}/v1\"\nensure CRDs are installed first", first.Error.Trim());

        var second = await server.RunWith(Definition() + "\n---\n" + Gadget("size: 1"), "apply", "-f", "-");
        Assert.Equal($"customresourcedefinition.apiextensions.k8s.io/gadgets.{Group} unchanged\ngadget.{Group}/g created", second);
    }

    [Fact]
    public async Task Client_side_apply_merges_replaces_lists_and_prunes()
    {
        await Define();
        await Apply(Gadget("size: 1", "tags: [a, b]", "note: kept"));
        await Run("patch", One, "--type=merge", "-p", """{"spec":{"foreign":"f"}}""");
        Assert.Equal($"gadget.{Group}/g configured", await Apply(Gadget("size: 2", "tags: [c]")));
        Assert.Equal("""2 ["c"] f """, await Run("get", One, "-o", "jsonpath={.spec.size} {.spec.tags} {.spec.foreign} {.spec.note}") + " ");
        Assert.Equal($"gadget.{Group}/g unchanged", await Apply(Gadget("size: 2", "tags: [c]")));

        var second = Gadget("size: 3").Replace("name: g,", "name: h,", StringComparison.Ordinal);
        string[] prune = ["--prune", "-l", "set=one", $"--prune-allowlist={Group}/v1/Gadget"];
        await Apply(Gadget("size: 2") + "\n---\n" + second, prune);
        Assert.Contains($"gadget.{Group}/g pruned", await Apply(second, prune));
        Assert.Equal("h", await Run("get", Kind, "-o", "jsonpath={.items[*].metadata.name}"));
    }

    [Fact]
    public async Task Server_side_apply_knows_the_keys_of_lists()
    {
        await Define();
        await Apply(Gadget("size: 1", "parts: [{name: a, weight: 1}]"), "--server-side", "--field-manager=one");
        await Apply(Gadget("parts: [{name: b, weight: 2}]"), "--server-side", "--field-manager=two");
        Assert.Equal("a=1 b=2 ", await Run("get", One, "-o", "jsonpath={range .spec.parts[*]}{.name}={.weight} {end}") + " ");

        var refused = await server.TryWith(Gadget("size: 2"), "apply", "--server-side", "--field-manager=two", "-f", "-");
        Assert.Contains("conflict with \"one\": .spec.size", refused.Error);
        await Apply(Gadget("size: 2"), "--server-side", "--field-manager=two", "--force-conflicts");
        Assert.Equal("2 a", await Run("get", One, "-o", "jsonpath={.spec.size} {.spec.parts[*].name}"));
    }

    [Fact]
    public async Task Diff_edit_and_dry_runs()
    {
        await Define();
        await Apply(Gadget("size: 1"));
        Assert.Equal(0, (await server.TryWith(Gadget("size: 1"), "diff", "-f", "-")).ExitCode);
        foreach (var side in new[] { "--server-side=false", "--server-side=true" })
        {
            var diff = await server.TryWith(Gadget("size: 4"), "diff", side, "--force-conflicts=" + (side.EndsWith("true", StringComparison.Ordinal) ? "true" : "false"), "-f", "-");
            Assert.Equal(1, diff.ExitCode);
            Assert.Contains("+  size: 4", diff.Output);
        }

        var edited = await Shell.RunAsync(["env", "KUBE_EDITOR=sed -i 's/size: 1/size: 7/'", "kubectl", "--kubeconfig", server.Kubeconfig, "-n", _namespace, "edit", One]);
        Assert.Equal($"gadget.{Group}/g edited", edited.Ok());
        Assert.Equal("7", await Run("get", One, "-o", "jsonpath={.spec.size}"));
        var invalid = await server.TryWith(Gadget("size: 1000"), "apply", "--dry-run=server", "-f", "-");
        Assert.Contains("spec.size: Invalid value: 1000: spec.size in body should be less than or equal to 100", invalid.Error);
        Assert.Contains("unknown field \"spec.colour\"", (await server.TryWith(Gadget("colour: red"), "apply", "-f", "-")).Error);
    }

    [Fact]
    public async Task Explain_describes_it_from_either_document()
    {
        await Define();
        foreach (var output in new[] { "plaintext", "plaintext-openapiv2" })
        {
            var explained = await Eventually.Get($"explain by {output}", () => server.Try("explain", "gadgets.spec", $"--api-version={Group}/v1", "--output", output), r => r.ExitCode == 0);
            Assert.Contains("what is wanted", explained.Output);
            Assert.Contains("size", explained.Output);
            Assert.Contains("<[]Object>", explained.Output);
        }

        Assert.Contains("weight", await server.Run("explain", "gadgets.spec.parts", $"--api-version={Group}/v1", "--recursive"));
    }

    [Fact]
    public async Task Scale_status_and_columns()
    {
        await Define();
        await Apply(Gadget("size: 1"));
        await Run("scale", One, "--replicas=5", "--current-replicas=1");
        Assert.Equal("5", await Run("get", One, "-o", "jsonpath={.spec.size}"));
        await Run("patch", One, "--subresource=status", "--type=merge", "-p", """{"status":{"ready":4,"selector":"a=b"},"spec":{"size":9}}""");
        Assert.Equal("5 4", await Run("get", One, "-o", "jsonpath={.spec.size} {.status.ready}"));
        Assert.Equal("5 4 a=b", await Run("get", One, "--subresource=scale", "-o", "jsonpath={.spec.replicas} {.status.replicas} {.status.selector}"));
        Assert.Matches(@"NAME\s+SIZE\s+READY\ng\s+5\s+4", await Run("get", Kind));
        Assert.Matches(@"g\s+5\s+4", await Run("get", Kind, "--field-selector", "spec.size=5"));
        Assert.DoesNotMatch(@"g\s+5", (await server.Try("-n", _namespace, "get", Kind, "--field-selector", "spec.size=6")).All);
        Assert.Contains("condition met", await Run("wait", One, "--for=jsonpath={.status.ready}=4", "--timeout=60s"));
    }

    private Task<string> Define() => server.RunWith(Definition(), "apply", "-f", "-");

    private Task<string> Apply(string manifest, params string[] flags) => server.RunWith(manifest, ["-n", _namespace, "apply", .. flags, "-f", "-"]);

    private Task<string> Run(params string[] arguments) => server.Run(["-n", _namespace, .. arguments]);

    private string Gadget(params string[] spec) => $$$"""
        apiVersion: {{{Group}}}/v1
        kind: Gadget
        metadata: {name: g, namespace: {{{_namespace}}}, labels: {set: one}}
        spec: { {{{string.Join(", ", spec)}}} }
        """;

    private string Definition() => $$$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: gadgets.{{{Group}}}}
        spec:
          group: {{{Group}}}
          scope: Namespaced
          names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [gd]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources:
              status: {}
              scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.ready, labelSelectorPath: .status.selector}
            selectableFields: [{jsonPath: .spec.size}]
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Ready, type: integer, jsonPath: .status.ready}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    description: what is wanted
                    properties:
                      size: {type: integer, maximum: 100, description: how many}
                      tags: {type: array, items: {type: string}}
                      note: {type: string}
                      foreign: {type: string}
                      parts:
                        type: array
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [name]
                        items:
                          type: object
                          required: [name]
                          properties: {name: {type: string}, weight: {type: integer}}
                  status:
                    type: object
                    properties: {ready: {type: integer}, selector: {type: string}}
        """;
}
