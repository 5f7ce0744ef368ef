using System.Net.WebSockets;
using System.Text;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.ApiServer.Tests.Verbs;
using LiteKube.Security.Pki;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Streaming;

[Collection(ApiHostCollection.Name)]
public sealed class StreamingTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Logs_come_from_the_node_with_the_options_asked_for()
    {
        await using var node = await NodeAsync();
        var ns = await PodAsync(node);
        var log = (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?tailLines=5&timestamps=true")).Expect(200);
        Assert.Equal($"/containerLogs/{ns}/p/c?timestamps=true&tailLines=5 by kube-apiserver-kubelet-client", (string)log.Body["text"]!);
        Assert.Contains("container nope is not valid for pod p", (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?container=nope")).Expect(400).Message);
        (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?tailLines=-1")).Expect(422);
    }

    [Fact]
    public async Task Of_a_container_named_twice_the_first_counts()
    {
        await using var node = await NodeAsync();
        var ns = await PodAsync(node);

        var log = (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?container=c&container=other&tailLines=5")).Expect(200);
        using var socket = await SocketAsync($"/api/v1/namespaces/{ns}/pods/p/exec?container=c&container=c&command=sh&stdout=true&stdout=true", "v5.channel.k8s.io");

        Assert.StartsWith($"/containerLogs/{ns}/p/c?tailLines=5 ", (string)log.Body["text"]!);
        Assert.Equal("v5.channel.k8s.io", socket.SubProtocol);
    }

    [Fact]
    public async Task A_log_follows_line_by_line()
    {
        await using var node = await NodeAsync();
        var ns = await PodAsync(node);
        using var response = await Api.Http.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?follow=true", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            node.Say($"line {i}");
            Assert.Equal($"line {i}", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        }
    }

    [Fact]
    public async Task A_log_is_read_over_WebSocket()
    {
        await using var node = await NodeAsync();
        var ns = await PodAsync(node);
        using var socket = await SocketAsync($"/api/v1/namespaces/{ns}/pods/p/log", "binary.k8s.io");
        var text = await ReadAllAsync(socket);
        Assert.StartsWith($"/containerLogs/{ns}/p/c", text);
    }

    [Fact]
    public async Task Exec_is_a_tunnel_to_the_node()
    {
        await using var node = await NodeAsync();
        var ns = await PodAsync(node);
        using var socket = await SocketAsync($"/api/v1/namespaces/{ns}/pods/p/exec?command=sh&command=-c&command=a%26b&stdin=true&stdout=true&stderr=false", "v5.channel.k8s.io");
        Assert.Equal("v5.channel.k8s.io", socket.SubProtocol);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        var said = await ReadMessageAsync(socket);
        var uid = (string)(await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Metadata["uid"]!;
        Assert.Equal($"hello from /exec/{ns}/p/{uid}/c?command=sh&command=-c&command=a%26b&input=1&output=1", said);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    [Fact]
    public async Task Exec_without_an_upgrade_or_a_node_is_refused()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        Assert.Contains("does not have a host assigned", (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods/p/exec?command=x", "")).Expect(400).Message);
        Assert.Contains("c d", (await TwoContainersAsync(ns)).Message);
    }

    [Fact]
    public async Task A_pod_and_a_service_are_spoken_to_through_the_proxy()
    {
        await using var pod = await PlainServer.StartAsync();
        var ns = await host.NamespaceAsync();
        var address = host.Dialer.NextAddress();
        host.Dialer.Map($"{address}:8080", pod.Port);
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":8080,"name":"web"}]}]}}""");
        (await Api.MergeAsync($"/api/v1/namespaces/{ns}/pods/p/status", $$$"""{"status":{"podIPs":[{"ip":"{{{address}}}"}],"podIP":"{{{address}}}"}}""")).Expect(200);
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/services", """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80,"name":"http","targetPort":8080}]}}""");
        (await Api.GetAsync($"/api/v1/namespaces/{ns}/services/s:http/proxy/")).Expect(503);
        await Api.CreateAsync($"/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices",
            $$$"""{"metadata":{"name":"s-1","labels":{"kubernetes.io/service-name":"s"}},"addressType":"IPv4","ports":[{"name":"http","port":8080}],"endpoints":[{"addresses":["{{{address}}}"]}]}""");

        foreach (var path in (string[])[$"pods/p/proxy", "pods/p:8080/proxy", "pods/http:p:web/proxy", "services/s/proxy", "services/s:80/proxy", "services/http:s:http/proxy"])
        {
            var answer = (await Api.GetAsync($"/api/v1/namespaces/{ns}/{path}/a/b%20c?x=y%26")).Expect(200);
            Assert.Equal("GET /a/b%20c?x=y%26 ", (string)answer.Body["text"]!);
        }

        Assert.Equal("PUT / hello", (string)(await Api.SendAsync(HttpMethod.Put, $"/api/v1/namespaces/{ns}/pods/p/proxy/", "hello", "text/plain")).Expect(200).Body["text"]!);
        Assert.Equal("DELETE / ", (string)(await Api.DeleteAsync($"/api/v1/namespaces/{ns}/pods/p/proxy")).Expect(200).Body["text"]!);
        var moved = (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/proxy?method=GET")).Expect(301);
        Assert.Equal($"/api/v1/namespaces/{ns}/pods/p/proxy/?method=GET", moved.Response.Headers.Location!.ToString());
        (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/p:1/proxy/")).Expect(503);
        foreach (var encoding in (string[])["identity", "gzip"])
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/namespaces/{ns}/pods/http:p:8080/proxy/page");
            asked.Headers.Add("Accept-Encoding", encoding);
            using var page = await Api.Http.SendAsync(asked);
            Assert.Equal($"<a href=\"/api/v1/namespaces/{ns}/pods/http:p:8080/proxy/rewriteme\">test</a><a href=\"relative\"><a href=\"http://elsewhere/x\">", await page.Content.ReadAsStringAsync());
        }
    }

    private async Task<ApiAnswer> TwoContainersAsync(string ns)
    {
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"two"},"spec":{"nodeName":"none","containers":[{"name":"c","image":"i"},{"name":"d","image":"i"}]}}""");
        return (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods/two/log")).Expect(400);
    }

    private Task<NodeServer> NodeAsync() => NodeServer.StartAsync(host.Services.GetRequiredService<ClusterPki>());

    private async Task<string> PodAsync(NodeServer node)
    {
        var ns = await host.NamespaceAsync();
        var address = host.Dialer.NextAddress();
        host.Dialer.Map($"{address}:10250", node.Port);
        await Api.CreateAsync("/api/v1/nodes", $$$$$"""{"metadata":{"name":"{{{{{ns}}}}}"},"status":{"addresses":[{"type":"InternalIP","address":"{{{{{address}}}}}"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":10250}}}}""");
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", $",\"nodeName\":\"{ns}\""));
        return ns;
    }

    private async Task<ClientWebSocket> SocketAsync(string path, string protocol)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.ClientCertificates.Add(host.Services.GetRequiredService<ClusterPki>().Admin());
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{host.Address.Port}{path}"), default);
        return socket;
    }

    /// <summary>One message, which may come in pieces.</summary>
    private static async Task<string> ReadMessageAsync(ClientWebSocket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer, default).WaitAsync(TimeSpan.FromSeconds(60));
            all.Write(buffer, 0, got.Count);
            if (got.EndOfMessage)
                return Encoding.UTF8.GetString(all.ToArray());
        }
    }

    private static async Task<string> ReadAllAsync(ClientWebSocket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer, default).WaitAsync(TimeSpan.FromSeconds(60));
            if (got.MessageType == WebSocketMessageType.Close)
                return Encoding.UTF8.GetString(all.ToArray());
            all.Write(buffer, 0, got.Count);
        }
    }
}
