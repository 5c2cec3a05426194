namespace Functions.Tests.Fixtures;

/// <summary>Stands where the job is that turns models into ONNX, and never comes to an end.</summary>
internal static class EndlessConversion
{
    private const string Script =
        """
        import time

        while True:
            time.sleep(1)
        """;

    /// <summary>Puts the job into a folder of jobs.</summary>
    public static void Install(string jobs)
    {
        string folder = Directory.CreateDirectory(Path.Combine(jobs, "jobs", "model-import")).FullName;
        File.WriteAllText(Path.Combine(folder, "endless.py"), Script);
        File.WriteAllText(
            Path.Combine(folder, "job.json"),
            """
            {
              "name": "model-import",
              "command": ["python3", "endless.py"],
              "image": "durableml/endless:1",
              "parameters": { "format": { "type": "string", "values": ["torchscript"], "default": "torchscript" } }
            }
            """);
    }
}
