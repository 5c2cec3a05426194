using DurableMl.Local.Functions;

namespace FunctionsHost.Tests.Hosting;

[TestClass]
public sealed class LocalSettingsFileTests
{
    [TestMethod]
    public void Values_and_connection_strings_are_read_with_comments_allowed()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(
            folder["local.settings.json"],
            """
            {
              // for this machine
              "IsEncrypted": false,
              "Values": { "A": "1", "B:C": "2", "Flag": true, },
              "ConnectionStrings": { "Db": "x" },
              "Host": { "LocalHttpPort": 7099 }
            }
            """
        );
        Dictionary<string, string> values = LocalSettingsFile.Read(folder["local.settings.json"]).ToDictionary();
        CollectionAssert.AreEquivalent(
            new Dictionary<string, string>
            {
                ["A"] = "1",
                ["B__C"] = "2",
                ["Flag"] = "true",
                ["ConnectionStrings__Db"] = "x",
                ["Functions__Port"] = "7099",
            },
            values
        );
    }

    [TestMethod]
    public void A_file_that_is_encrypted_or_not_JSON_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        string path = folder["local.settings.json"];
        File.WriteAllText(path, """{"IsEncrypted":true}""");
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => LocalSettingsFile.Read(path)).Message, path);
        File.WriteAllText(path, "{");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => LocalSettingsFile.Read(path)).Message, path);
    }

    [TestMethod]
    public void A_variable_that_is_set_already_wins()
    {
        using TemporaryFolder folder = new();
        string taken = $"DURABLEML_TEST_{Guid.NewGuid():N}";
        string free = $"DURABLEML_TEST_{Guid.NewGuid():N}";
        File.WriteAllText(folder["local.settings.json"], $$"""{ "Values": { "{{taken}}": "file", "{{free}}": "file" } }""");
        Environment.SetEnvironmentVariable(taken, "environment");
        try
        {
            LocalSettingsFile.Apply(folder.Path);
            Assert.AreEqual("environment", Environment.GetEnvironmentVariable(taken));
            Assert.AreEqual("file", Environment.GetEnvironmentVariable(free));
        }
        finally
        {
            Environment.SetEnvironmentVariable(taken, null);
            Environment.SetEnvironmentVariable(free, null);
        }
    }
}
