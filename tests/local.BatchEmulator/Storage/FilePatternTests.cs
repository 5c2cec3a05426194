using DurableMl.Local.BatchEmulator.Storage;

namespace BatchEmulator.Tests.Storage;

[TestClass]
public sealed class FilePatternTests
{
    [TestMethod]
    [DataRow("*.txt", "a.txt,b.txt")]
    [DataRow("?.txt", "a.txt,b.txt")]
    [DataRow("[ac].txt", "a.txt")]
    [DataRow("[!a].txt", "b.txt")]
    [DataRow("**/*.txt", "a.txt,b.txt,out/c.txt,out/deep/d.txt")]
    [DataRow("out/**/*.txt", "c.txt,deep/d.txt")]
    [DataRow("out/*", "c.txt")]
    [DataRow("a.txt", "a.txt")]
    [DataRow("../std*.txt", "stderr.txt,stdout.txt")]
    [DataRow("none/*.txt", "")]
    [DataRow("a.t[", "")]
    public void Patterns_find_what_they_say_relative_to_where_their_wildcard_starts(string pattern, string expected)
    {
        using var task = new TemporaryFolder();
        foreach (var file in (string[])["stdout.txt", "stderr.txt", "wd/a.txt", "wd/b.txt", "wd/out/c.txt", "wd/out/deep/d.txt", "wd/out/deep/e.bin"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(task[file])!);
            File.WriteAllText(task[file], "");
        }

        var matches = new FilePattern(pattern).Match(task["wd"], task.Path);

        Assert.AreEqual(expected, string.Join(',', matches.Select(m => m.Name)));
        Assert.IsTrue(matches.All(m => File.Exists(m.File.FullName)));
    }

    [TestMethod]
    [DataRow("**")]
    [DataRow("loop/**")]
    public void Links_are_not_followed(string pattern)
    {
        using var task = new TemporaryFolder();
        using var other = new TemporaryFolder();
        Directory.CreateDirectory(task["wd"]);
        File.WriteAllText(task["wd/own"], "");
        File.WriteAllText(other["secret"], "");
        File.CreateSymbolicLink(task["wd/link"], other["secret"]);
        foreach (var (link, target) in ((string, string)[])[("loop", "."), ("loop2", "."), ("out", other.Path)])
        {
            Directory.CreateSymbolicLink(task["wd/" + link], target);
        }

        var matches = new FilePattern(pattern).Match(task["wd"], task.Path);

        CollectionAssert.AreEqual(pattern == "**" ? ["own"] : Array.Empty<string>(), matches.Select(m => m.Name).ToArray());
    }

    [TestMethod]
    [DataRow("../../*")]
    [DataRow("/etc/*")]
    public void No_pattern_leads_out_of_the_task(string pattern)
    {
        using var task = new TemporaryFolder();
        Directory.CreateDirectory(task["wd"]);

        Assert.ThrowsExactly<UnauthorizedAccessException>(() => new FilePattern(pattern).Match(task["wd"], task.Path));
    }

    [TestMethod]
    [DataRow("a.txt", null, "a.txt")]
    [DataRow("a.txt", "renamed", "renamed")]
    [DataRow("*.txt", "folder", "folder/a.txt")]
    [DataRow("*.txt", "folder/", "folder/a.txt")]
    public void One_file_takes_the_destination_as_its_name_and_several_go_below_it(string pattern, string? path, string expected) =>
        Assert.AreEqual(expected, OutputFiles.BlobName(new FilePattern(pattern), path, "a.txt"));
}
