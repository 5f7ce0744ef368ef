using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Patch;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Tests.Patch;

public class StrategicMergePatchTests
{
    private static void Check(string type, string target, string patch, string expected)
    {
        var patchTree = JsonTree.Parse(Encoding.UTF8.GetBytes(patch));
        var before = patchTree.ToJsonString();
        var result = StrategicMergePatch.Apply(JsonTree.Parse(Encoding.UTF8.GetBytes(target)), patchTree, ApiSchema.Current.Type(type));
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), result.ToJsonString());
        Assert.Equal(before, patchTree.ToJsonString());
    }

    private const string Web = """{"spec":{"replicas":1,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},"template":{"spec":{"containers":[{"name":"web","image":"web:1","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},{"name":"side","image":"side:1"}]}}}}""";

    [Fact]
    public void SetImage_ChangesOneContainerOnly() => Check(
        "apps.v1.Deployment",
        Web,
        """{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"web"},{"name":"side"}],"containers":[{"image":"web:2","name":"web"}]}}}}""",
        Web.Replace("web:1", "web:2"));

    [Fact]
    public void Apply_AddsARemovesAndReordersContainers() => Check(
        "apps.v1.Deployment",
        """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"},{"name":"server","image":"1"}]}}}}""",
        """{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"name":"c","image":"1"},{"name":"b","$patch":"delete"}]}}}}""",
        """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"1"},{"name":"a","image":"1"},{"name":"server","image":"1"}]}}}}""");

    [Fact]
    public void OrderAlone_ReordersWithoutChange() => Check(
        "apps.v1.Deployment",
        """{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}}}""",
        """{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}}}""",
        """{"spec":{"template":{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}}}""");

    [Fact]
    public void ItemsOfTheServerOnly_KeepTheirPlaceBeforeTheirSuccessor() => Check(
        "core.v1.Pod",
        """{"spec":{"containers":[{"name":"injected"},{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"b"},{"name":"c"}],"containers":[{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"injected"},{"name":"a"},{"name":"b"},{"name":"c"}]}}""");

    [Fact]
    public void EnvRemovedByApply_IsDeletedByItsKey() => Check(
        "core.v1.Pod",
        """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a","$setElementOrder/env":[{"name":"X"}],"env":[{"$patch":"delete","name":"Y"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]}}""");

    [Fact]
    public void ChangedStrategy_RetainsOnlyItsKeys() => Check(
        "apps.v1.Deployment",
        Web,
        """{"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":null,"type":"Recreate"}}}""",
        Web.Replace("""{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}""", """{"type":"Recreate"}"""));

    [Fact]
    public void ChangedVolumeSource_RetainsOnlyItsKeys() => Check(
        "core.v1.Pod",
        """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
        """{"spec":{"$setElementOrder/volumes":[{"name":"v"}],"volumes":[{"$retainKeys":["name","configMap"],"name":"v","configMap":{"name":"c"},"emptyDir":null}]}}""",
        """{"spec":{"volumes":[{"name":"v","configMap":{"name":"c"}}]}}""");

    [Fact]
    public void PortsWithIntegerKey_Merge() => Check(
        "core.v1.Service",
        """{"spec":{"ports":[{"port":80,"nodePort":30000},{"port":443}]}}""",
        """{"spec":{"$setElementOrder/ports":[{"port":80},{"port":443}],"ports":[{"port":80,"targetPort":8080}]}}""",
        """{"spec":{"ports":[{"port":80,"nodePort":30000,"targetPort":8080},{"port":443}]}}""");

    [Fact]
    public void Taints_AreReplacedWhole() => Check(
        "core.v1.Node",
        """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}""",
        """{"spec":{"taints":[{"key":"b","effect":"NoExecute"}]}}""",
        """{"spec":{"taints":[{"key":"b","effect":"NoExecute"}]}}""");

    [Fact]
    public void LabelsAndAnnotations_MergeAndNullRemoves() => Check(
        "core.v1.Pod",
        """{"metadata":{"labels":{"a":"1","b":"2"}}}""",
        """{"metadata":{"labels":{"a":null,"c":"3"},"annotations":{"x":"y","gone":null}}}""",
        """{"metadata":{"labels":{"b":"2","c":"3"},"annotations":{"x":"y"}}}""");

    [Fact]
    public void Finalizers_MergeAsASetAndAreDeletedByValue() => Check(
        "core.v1.Pod",
        """{"metadata":{"finalizers":["a","b","c"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"],"$setElementOrder/finalizers":["d","c"],"finalizers":["d"]}}""",
        """{"metadata":{"finalizers":["d","a","c"]}}""");

    [Fact]
    public void ReplaceDirectives_ReplaceObjectsAndLists()
    {
        Check("core.v1.Pod", """{"spec":{"securityContext":{"runAsUser":1,"fsGroup":2}}}""", """{"spec":{"securityContext":{"$patch":"replace","runAsUser":3}}}""", """{"spec":{"securityContext":{"runAsUser":3}}}""");
        Check("core.v1.Pod", """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b"}]}}""", """{"spec":{"containers":[{"$patch":"replace"},{"name":"a","image":"2"}]}}""", """{"spec":{"containers":[{"name":"a","image":"2"}]}}""");
        Check("core.v1.Pod", """{"metadata":{"labels":{"a":"b"}}}""", """{"metadata":{"labels":{"$patch":"delete"}}}""", """{"metadata":{"labels":{}}}""");
        Check("policy.v1.PodDisruptionBudget", """{"spec":{"selector":{"matchLabels":{"a":"b"}}}}""", """{"spec":{"selector":{"matchLabels":{"c":"d"}}}}""", """{"spec":{"selector":{"matchLabels":{"c":"d"}}}}""");
    }

    [Fact]
    public void AbsentParents_AreMadeWithoutDirectivesOrNulls() => Check(
        "apps.v1.Deployment",
        "{}",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"},"template":{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a","env":null,"$setElementOrder/env":[]}],"volumes":[{"name":"x","$patch":"delete"}]}}}}""",
        """{"spec":{"strategy":{"type":"Recreate"},"template":{"spec":{"containers":[{"name":"a"}],"volumes":[]}}}}""");

    [Fact]
    public void Conditions_OfANode_MergeByType() => Check(
        "core.v1.Node",
        """{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"DiskPressure","status":"False"}]}}""",
        """{"status":{"$setElementOrder/conditions":[{"type":"DiskPressure"},{"type":"Ready"}],"conditions":[{"type":"Ready","status":"True"}]}}""",
        """{"status":{"conditions":[{"type":"DiskPressure","status":"False"},{"type":"Ready","status":"True"}]}}""");

    // The patch that kubectl 1.32 sent for an apply that changed strategy, volumes, containers, environment and ports at once.
    [Fact]
    public void PatchMadeByKubectl() => Check(
        "apps.v1.Deployment",
        """{"metadata":{"labels":{"k":"v","gone":"1"}},"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}},"template":{"spec":{"volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"c","defaultMode":420}}],"containers":[{"name":"injected","image":"s:1"},{"name":"c","image":"i:1","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"ports":[{"containerPort":80,"protocol":"TCP"},{"containerPort":81,"protocol":"TCP"}],"terminationMessagePath":"/x"},{"name":"d","image":"d:1"}]}}}}""",
        """{"metadata":{"labels":{"gone":null,"k":"v2"}},"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":null,"type":"Recreate"},"template":{"spec":{"$setElementOrder/containers":[{"name":"e"},{"name":"c"}],"$setElementOrder/volumes":[{"name":"w"},{"name":"new"}],"containers":[{"image":"e:1","name":"e"},{"$setElementOrder/env":[{"name":"B"},{"name":"Z"}],"$setElementOrder/ports":[{"containerPort":81}],"env":[{"name":"B","value":"3"},{"name":"Z","value":"z"},{"$patch":"delete","name":"A"}],"image":"i:2","name":"c","ports":[{"$patch":"delete","containerPort":80}]},{"$patch":"delete","name":"d"}],"volumes":[{"$retainKeys":["name","secret"],"configMap":null,"name":"w","secret":{"secretName":"s"}},{"emptyDir":{},"name":"new"},{"$patch":"delete","name":"v"}]}}}}""",
        """{"metadata":{"labels":{"k":"v2"}},"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"}},"strategy":{"type":"Recreate"},"template":{"spec":{"volumes":[{"name":"w","secret":{"secretName":"s"}},{"emptyDir":{},"name":"new"}],"containers":[{"image":"e:1","name":"e"},{"name":"injected","image":"s:1"},{"name":"c","image":"i:2","env":[{"name":"B","value":"3"},{"name":"Z","value":"z"}],"ports":[{"containerPort":81,"protocol":"TCP"}],"terminationMessagePath":"/x"}]}}}}""");

    [Theory]
    [InlineData("core.v1.Pod", """{"spec":{"containers":[{"image":"x"}]}}""")]
    [InlineData("core.v1.Pod", """{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]}}""")]
    [InlineData("core.v1.Pod", """{"spec":{"$patch":"frob"}}""")]
    [InlineData("apps.v1.Deployment", """{"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":{}}}}""")]
    [InlineData("core.v1.Pod", """{"spec":{"$setElementOrder/containers":"b"}}""")]
    public void Contradictions_AreBadRequests(string type, string patch)
    {
        var target = JsonTree.Parse("""{"spec":{"containers":[{"name":"a"}],"strategy":{"type":"x"}}}"""u8);
        var e = Assert.Throws<ApiException>(() => StrategicMergePatch.Apply(target, JsonTree.Parse(Encoding.UTF8.GetBytes(patch)), ApiSchema.Current.Type(type)));
        Assert.Equal(StatusReason.BadRequest, e.Reason);
    }
}
