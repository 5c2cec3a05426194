namespace Azure.Compute.Batch.Tests.Files;

[TestClass]
public sealed class FileTests
{
    [TestMethod]
    public async Task A_part_of_a_file_can_be_read()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            new Answer(206, "epoch 3", ("Content-Type", "application/octet-stream")));

        Response<BinaryData> content = await service.Client().GetTaskFileAsync("j", "t", "stdout.txt", ocpRange: "bytes=100-106");

        Assert.AreEqual("epoch 3", content.Value.ToString());
        Assert.AreEqual("bytes=100-106", service.Request.Header("ocp-range"));
        Assert.AreEqual("/jobs/j/tasks/t/files/stdout.txt", service.Request.Path);
    }

    [TestMethod]
    public async Task Properties_are_read_from_the_headers()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(
            200,
            null,
            ("ocp-creation-time", "Fri, 02 Jan 2026 03:04:05 GMT"),
            ("ocp-batch-file-isdirectory", "False"),
            ("ocp-batch-file-url", "https://a/jobs/j/tasks/t/files/wd%2Fm"),
            ("ocp-batch-file-mode", "0100644")));

        BatchFileProperties properties = await service.Client().GetTaskFilePropertiesAsync("j", "t", "wd/m");

        Assert.AreEqual("HEAD", service.Request.Method);
        Assert.AreEqual(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), properties.CreationTime);
        Assert.IsFalse(properties.IsDirectory);
        Assert.AreEqual("0100644", properties.Mode);
        Assert.AreEqual("https://a/jobs/j/tasks/t/files/wd%2Fm", properties.FileUrl);
    }

    [TestMethod]
    public async Task Files_are_listed_with_their_lengths()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {"value":[
              {"name":"wd","url":"https://a/wd","isDirectory":true},
              {"name":"stdout.txt","url":"https://a/stdout.txt","isDirectory":false,
               "properties":{"contentLength":"12345678901","lastModified":"2026-01-02T03:04:05Z","contentType":"text/plain","fileMode":"0100644"}}]}
            """));

        List<BatchNodeFile> files = [];
        await foreach (BatchNodeFile file in service.Client().GetTaskFilesAsync("j", "t", filter: "startswith(name,'wd/')", recursive: true))
        {
            files.Add(file);
        }

        Assert.AreEqual("true", service.Request.Query["recursive"]);
        Assert.AreEqual("startswith(name,'wd/')", service.Request.Query["$filter"]);
        Assert.IsTrue(files[0].IsDirectory);
        Assert.AreEqual(12345678901, files[1].Properties.ContentLength);
    }
}
