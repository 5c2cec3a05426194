using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Importing;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Importing;

[TestClass]
public sealed class PublishImportTests
{
    private static readonly byte[] Doubling = OnnxModel.Linear(new float[,] { { 2, 0 }, { 0, 2 } });

    [TestMethod]
    public async Task A_converted_model_that_answers_like_the_original_is_published_once_with_what_it_came_from()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.ConvertedAsync(ManyTensorModel.Create(), ManyTensorModel.Sample(), ManyTensorModel.Answer());
        ImportRequest request = await files.TorchScriptAsync("candidate");

        PublishedImport published = await files.PublishAsync(request);
        PublishedImport again = await files.PublishAsync(request);

        Assert.AreEqual((published, 0.0), (again, published.LargestDifference));
        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        ModelLineage lineage = manifest.Lineage!;
        Assert.AreEqual((files.RunId, "torchscript", "c0de"), (lineage.Run, lineage.Format, lineage.Code));
        CollectionAssert.AreEqual(new[] { "source", "sample" }, lineage.Files!.Select(file => file.Role).ToArray());
        Assert.AreEqual((request.Source, "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"), (lineage.Files![0].Blob, lineage.Files[0].Sha256));
        Assert.AreEqual("1", (await files.Registry.GetAliasesAsync(files.Model)).Versions["candidate"]);
    }

    [TestMethod]
    public async Task The_sample_request_has_one_row_of_every_input()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.ConvertedAsync(ManyTensorModel.Create(), ManyTensorModel.Sample(), ManyTensorModel.Answer());
        PublishedImport published = await files.PublishAsync(await files.TorchScriptAsync());

        Assert.AreEqual(
            """{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]},{"name":"n","datatype":"INT64","shape":[1],"data":[5]},{"name":"b","datatype":"BOOL","shape":[1],"data":[true]}]}""",
            await files.ReadAsync(published.Version, "sample.json"));
    }

    [TestMethod]
    [DataRow(8.5f, 12L, "output 'y' at [1, 1] is 8 instead of 8.5")]
    [DataRow(8f, 13L, "output 'm' at [1] is 12 instead of 13")]
    public async Task A_converted_model_that_answers_otherwise_in_any_output_is_not_published(float last, long second, string reason)
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.ConvertedAsync(ManyTensorModel.Create(), ManyTensorModel.Sample(), ManyTensorModel.Answer(last, second));
        ImportRequest request = await files.TorchScriptAsync();

        PermanentFailureException e = await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => files.PublishAsync(request));

        Assert.Contains(reason, e.Message);
        Assert.IsEmpty(await files.Registry.ListVersionsAsync(files.Model));
    }

    [TestMethod]
    public async Task An_ONNX_model_is_tried_on_its_sample_and_published()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();

        PublishedImport published = await files.PublishAsync(await files.OnnxAsync(ManyTensorModel.Create(), ManyTensorModel.Sample()));

        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        Assert.IsNull(published.LargestDifference);
        Assert.AreEqual(("onnx", null, 3), (manifest.Lineage!.Format, manifest.Lineage.Trial, manifest.Inputs.Count));
        Assert.IsEmpty(manifest.Metrics);
    }

    [TestMethod]
    [DataRow(8f, true)]
    [DataRow(9f, false)]
    public async Task What_an_ONNX_model_should_answer_is_compared_where_it_is_given(float last, bool agrees)
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        ImportRequest request = await files.OnnxAsync(ManyTensorModel.Create(), ManyTensorModel.Sample(), ManyTensorModel.Answer(last));

        if (agrees)
        {
            Assert.AreEqual(0, (await files.PublishAsync(request)).LargestDifference);
        }
        else
        {
            Assert.Contains("output 'y'", (await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => files.PublishAsync(request))).Message);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Weights_beside_the_model_are_published_with_it(bool archived)
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] model = External("net.data");
        byte[] weights = [.. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f)];
        byte[] sample = NumPyFile.Npz(("x", NumPyFile.Npy<float>("<f4", [1, 1], 1, 2)));
        byte[] expected = NumPyFile.Npy<float>("<f4", [3, 4], 1, 2);
        ImportRequest request = archived
            ? await files.OnnxAsync(NumPyFile.Zip(("net/net.onnx", model), ("net/net.data", weights)), sample, expected, "net.zip")
            : await files.OnnxAsync(model, sample, expected, "net.onnx", ("net.data", weights));

        PublishedImport published = await files.PublishAsync(request);

        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        CollectionAssert.AreEqual(new[] { "model.onnx", "net.data", "sample.json" }, manifest.Files.Select(file => file.Name).ToArray());
        Assert.AreEqual("model.onnx", manifest.Entry);
    }

    [TestMethod]
    public async Task An_ONNX_model_that_cannot_be_loaded_or_refers_outside_is_refused()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] sample = NumPyFile.Npz(("x", NumPyFile.Npy<float>("<f4", [1, 1], 1, 2)));
        foreach (byte[] model in (byte[][])["no model"u8.ToArray(), External("net.data"), External("../net.data"), External("/etc/hostname")])
        {
            ImportRequest request = await files.OnnxAsync(model, sample);
            Assert.StartsWith("source: ", (await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => files.PublishAsync(request))).Message);
        }

        Assert.IsEmpty(await files.Registry.ListVersionsAsync(files.Model));
    }

    [TestMethod]
    [DataRow("y", "<f4", 2, "the model's inputs are 'x'")]
    [DataRow("x", "<f4", 3, "FP32 of shape [1, 3]")]
    [DataRow("x", "<i4", 2, "INT32 of shape [1, 2]")]
    public async Task A_sample_that_does_not_fit_an_ONNX_model_is_refused_with_what_it_takes(string name, string type, int width, string reason)
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        ImportRequest request = await files.OnnxAsync(Doubling, NumPyFile.Npz((name, NumPyFile.Npy(type, new float[width], 1, width))));

        string message = (await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => files.PublishAsync(request))).Message;

        Assert.StartsWith("sample: ", message);
        Assert.Contains(reason, message);
    }

    [TestMethod]
    public async Task A_sample_that_JSON_cannot_carry_is_not_kept()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();

        PublishedImport published = await files.PublishAsync(await files.OnnxAsync(Doubling, NumPyFile.Npy("<f4", [float.NaN, 1], 1, 2)));

        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        Assert.IsNull(manifest.Sample);
        CollectionAssert.AreEqual(new[] { "model.onnx" }, manifest.Files.Select(file => file.Name).ToArray());
    }

    [TestMethod]
    public async Task A_conversion_that_left_no_model_is_named()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.Blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        ImportRequest request = await files.TorchScriptAsync();

        Assert.AreEqual("The conversion left no model.onnx.", (await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => files.PublishAsync(request))).Message);
    }

    /// <summary>y = x + c, c in a file.</summary>
    private static byte[] External(string location) => new OnnxModel()
        .Node("Add", ["x", "c"], ["y"])
        .ExternalInitializer("c", [2], location)
        .Input("x", OnnxModel.Float, "batch", 2)
        .Output("y", OnnxModel.Float, "batch", 2)
        .ToArray();
}
