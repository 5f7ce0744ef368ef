namespace LiteKube.ApiServer.Tests.Verbs;

internal static class Bodies
{
    public static string Deployment(string name) =>
        $$$$$"""{"metadata":{"name":"{{{{{name}}}}}"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"{{{{{name}}}}}"}},"template":{"metadata":{"labels":{"app":"{{{{{name}}}}}"}},"spec":{"containers":[{"name":"c","image":"img"}]}}}}""";

    public static string Pod(string name, string spec = "", string metadata = "") =>
        $$$"""{"metadata":{"name":"{{{name}}}"{{{metadata}}}},"spec":{"containers":[{"name":"c","image":"img"}]{{{spec}}}}}""";
}
