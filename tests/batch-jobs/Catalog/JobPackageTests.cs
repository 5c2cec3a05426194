using System.IO.Compression;
using System.Text;
using DurableMl.BatchJobs.Catalog;

namespace BatchJobs.Tests.Catalog;

[TestClass]
public sealed class JobPackageTests
{
    private const string Definition = """{"name":"job","command":["true"]}""";

    [TestMethod]
    public void A_folder_of_files_becomes_a_job()
    {
        var package = JobPackage.Read("job", Zip(("job.json", Definition), ("src/train.py", "print(1)")), new JobCatalog());

        Assert.AreEqual("true", package.Definition.Command.Single());
        Assert.AreEqual("print(1)", Encoding.UTF8.GetString(package.Files["src/train.py"].Span));
    }

    [TestMethod]
    [DataRow("job", "train.py", "no job.json at the top")]
    [DataRow("job", "../job.json", "has a file '../job.json'")]
    [DataRow("job", "/etc/passwd", "has a file '/etc/passwd'")]
    [DataRow("job", "a\\b.py", "has a file")]
    [DataRow("job", ".git/config", "no part beginning with a dot")]
    [DataRow("Job!", "job.json", "lower-case letters")]
    [DataRow("image-classifier", "job.json", "is a job that is shipped")]
    [DataRow("other", "job.json", "says its name is 'job'")]
    public void What_is_no_job_is_refused_with_the_reason(string name, string file, string reason)
    {
        var exception = Assert.ThrowsExactly<InvalidJobException>(() => JobPackage.Read(name, Zip((file, Definition)), new JobCatalog()));
        StringAssert.Contains(exception.Message, reason);
    }

    [TestMethod]
    public void What_is_no_archive_is_refused()
    {
        var exception = Assert.ThrowsExactly<InvalidJobException>(() => JobPackage.Read("job", Encoding.UTF8.GetBytes("not a zip"), new JobCatalog()));
        StringAssert.Contains(exception.Message, "no ZIP archive");
    }

    [TestMethod]
    public void A_bomb_is_refused_while_it_is_unpacked()
    {
        var bomb = Zip(("job.json", Definition), ("zeros.txt", new string('0', JobPackage.MaxBytes)));
        Assert.IsTrue(bomb.Length < JobPackage.MaxBytes / 10);
        var exception = Assert.ThrowsExactly<InvalidJobException>(() => JobPackage.Read("job", bomb, new JobCatalog()));
        StringAssert.Contains(exception.Message, "at most 500 files and 32 MiB");
    }

    [TestMethod]
    public void Too_many_files_are_refused()
    {
        var files = Enumerable.Range(0, JobPackage.MaxFiles).Select(i => ($"file{i}.txt", "")).Prepend(("job.json", Definition));
        Assert.ThrowsExactly<InvalidJobException>(() => JobPackage.Read("job", Zip([.. files]), new JobCatalog()));
    }

    private static byte[] Zip(params (string Path, string Text)[] files)
    {
        using var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, text) in files)
            {
                using var entry = archive.CreateEntry(path).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return content.ToArray();
    }
}
