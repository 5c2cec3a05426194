using DurableMl.FunctionsHost.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.WebJobs.Extensions.Http;

namespace FunctionsHost.Tests.Security;

[TestClass]
public sealed class FunctionKeysTests
{
    [TestMethod]
    public void Keys_stay_the_same_at_the_next_start_and_names_have_no_case()
    {
        using var folder = new TemporaryFolder();
        var first = FunctionKeys.Open(folder.Path, enabled: true);
        var own = first.KeysOf("Mine")["default"];
        var system = first.SystemKey("blobs_extension");

        var next = FunctionKeys.Open(folder.Path, enabled: true);
        Assert.AreEqual(first.MasterKey, next.MasterKey);
        Assert.AreEqual(first.HostKey, next.HostKey);
        Assert.AreEqual(own, next.KeysOf("MINE")["DEFAULT"]);
        Assert.AreEqual(system, next.SystemKey("Blobs_Extension"));
        Assert.IsTrue(next.Allows(With(own), AuthorizationLevel.Function, "mine"));
    }

    [TestMethod]
    public void Each_key_is_another_one()
    {
        using var folder = new TemporaryFolder();
        var keys = FunctionKeys.Open(folder.Path, enabled: true);
        string[] all = [keys.MasterKey, keys.HostKey, keys.SystemKey("a"), keys.SystemKey("b"), keys.KeysOf("A")["default"], keys.KeysOf("B")["default"]];
        Assert.AreEqual(all.Length, all.Distinct().Count());
        Assert.IsTrue(all.All(key => key.Length >= 40));
    }

    [TestMethod]
    [DataRow("null")]
    [DataRow("{}")]
    [DataRow("no JSON")]
    [DataRow("""{"masterKey": "m", "functionKeys": {}, "systemKeys": {}, "functions": {}}""")]
    public void A_damaged_file_is_named(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["keys.json"], content);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => FunctionKeys.Open(folder.Path, enabled: true)).Message, folder["keys.json"]);
    }

    private static HttpRequest With(string key) => new DefaultHttpContext { Request = { Headers = { ["x-functions-key"] = key } } }.Request;
}
