using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cli.Tests.Pipelines;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Imports;
using DurableMl.Cli.Pipelines;

namespace Cli.Tests.Commands;

[TestClass]
public sealed class ImportCommandTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("import m raw/x.pt --sample raw/s.npy", """{"source":"raw/x.pt","format":"torchscript","sample":"raw/s.npy"}""")]
    [DataRow(
        "import m raw/x.onnx --sample raw/s.npz --format onnx --weights raw/a raw/b --expected raw/e.npz --tolerance 0.5 --alias champion",
        """{"source":"raw/x.onnx","format":"onnx","sample":"raw/s.npz","expected":"raw/e.npz","alias":"champion","tolerance":0.5,"weights":["raw/a","raw/b"]}""")]
    public void Options_make_the_request_and_what_is_not_given_is_left_to_the_host(string line, string request) =>
        Assert.AreEqual(request, ImportCommand.Request(RootCommandFactory.Create().Parse(line)).ToJsonString());

    [TestMethod]
    public async Task Files_of_this_machine_are_uploaded_and_their_blobs_are_imported()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["net.onnx"], [0x08, 0x08]);
        await File.WriteAllBytesAsync(folder["net.data"], [1]);
        JsonObject request = ImportCommand.Request(RootCommandFactory.Create().Parse($"import m {folder["net.onnx"]} --weights {folder["net.data"]} raw/more.data"));
        var stub = new StubHandler((HttpStatusCode.OK, """{ "uploads": [] }"""));

        await ImportCommand.UploadAsync(new ApiConnection(stub.Client()), "m", request, TextWriter.Null, TestContext.CancellationToken);

        Assert.AreEqual("onnx", (string?)request["format"]);
        Assert.IsFalse(request.ContainsKey("sample"));
        StringAssert.Matches((string?)request["source"], new Regex("^raw/imports/m/[0-9a-f]{16}/net\\.onnx$"));
        StringAssert.Matches((string?)request["weights"]![0], new Regex("^raw/imports/m/[0-9a-f]{16}/net\\.data$"));
        Assert.AreEqual("raw/more.data", (string?)request["weights"]![1]);
        Assert.AreEqual(
            new JsonArray(request["source"]!.DeepClone(), request["weights"]![0]!.DeepClone()).ToJsonString(), JsonNode.Parse(stub.Bodies.Single())!["names"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("net.onnx.data")]
    [DataRow("net.onnx_data")]
    public void Weights_beside_a_model_are_found_by_the_names_that_exporters_give_them(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["net.onnx"], [0x08, 0x08]);
        File.WriteAllBytes(folder[name], [1]);

        JsonObject request = ImportCommand.Request(RootCommandFactory.Create().Parse($"import m {folder["net.onnx"]}"));

        Assert.AreEqual(folder[name], (string?)request["weights"]!.AsArray().Single());
    }

    [TestMethod]
    [DataRow("torchscript", "archive/constants.pkl", "archive/code/net.py")]
    [DataRow("savedmodel", "net/saved_model.pb")]
    [DataRow("keras", "config.json", "metadata.json", "model.weights.h5")]
    [DataRow("onnx", "net/model.onnx", "net/model.data")]
    public void What_an_archive_is_is_seen_by_what_it_holds(string format, params string[] entries)
    {
        using var folder = new TemporaryFolder();
        using (ZipArchive archive = ZipFile.Open(folder["net"], ZipArchiveMode.Create))
        {
            entries.ToList().ForEach(entry => archive.CreateEntry(entry));
        }

        Assert.AreEqual(format, ModelFile.FormatOf(folder["net"]));
    }

    [TestMethod]
    public void What_is_no_model_is_refused_with_the_option_that_helps()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["notes.txt"], "no model");
        File.WriteAllBytes(folder["net.tflite"], [0x1C, 0, 0, 0, .. "TFL3"u8]);
        File.WriteAllBytes(folder["net.h5"], [0x89, .. "HDF\r\n"u8]);

        Assert.AreEqual("tflite", ModelFile.FormatOf(folder["net.tflite"]));
        Assert.AreEqual("keras", ModelFile.FormatOf(folder["net.h5"]));
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => ModelFile.FormatOf(folder["notes.txt"])).Message, "Say what it is with --format");
        StringAssert.Contains(
            Assert.ThrowsExactly<CliException>(() => ImportCommand.Request(RootCommandFactory.Create().Parse("import m nowhere.onnx"))).Message, "A blob begins with raw/");
    }
}
