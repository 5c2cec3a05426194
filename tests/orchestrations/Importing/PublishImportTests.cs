using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Importing;
using DurableMl.Registry;
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
    [DataRow(1, "<f4")]
    [DataRow(11, "<f8")]
    [DataRow(10, "<f2")]
    [DataRow(7, "<i8")]
    [DataRow(9, "|b1")]
    [DataRow(8, "text")]
    public async Task An_ONNX_model_without_a_sample_is_tried_on_one_that_is_made_of_what_it_declares(int elementType, string what)
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] model = OnnxModel.Unary("Identity", elementType, "batch", 3, "width");

        PublishedImport published = await files.PublishAsync((await files.OnnxAsync(model, [])) with { Sample = null });

        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        CollectionAssert.AreEqual(new[] { "source" }, manifest.Lineage!.Files!.Select(file => file.Role).ToArray(), what);
        Assert.AreEqual("sample.json", manifest.Sample);
        Assert.Contains("\"shape\":[1,3,8]", await files.ReadAsync(published.Version, "sample.json"));
    }

    [TestMethod]
    public async Task A_model_for_which_no_sample_can_be_made_is_published_with_the_reason_why_it_was_not_tried()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] model = new OnnxModel().Input("x", OnnxModel.Float, "rows", "columns").Output("y", OnnxModel.Float, "rows", 2)
            .Initializer("w", [3, 2], [1, 2, 3, 4, 5, 6]).Node("MatMul", ["x", "w"], ["y"]).ToArray();

        PublishedImport published = await files.PublishAsync((await files.OnnxAsync(model, [])) with { Sample = null });

        Assert.Contains("MatMul", published.Untried!);
        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        Assert.AreEqual((null, null), (manifest.Sample, manifest.Batching));
    }

    [TestMethod]
    public async Task A_sample_that_is_made_has_one_size_for_dimensions_of_one_name_wherever_they_stand()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] model = new OnnxModel().Input("x", OnnxModel.Float, "batch", "width").Input("state", OnnxModel.Float, 2, "batch", "width").Output("y", OnnxModel.Float, 2, "batch", "width")
            .Node("Add", ["x", "state"], ["y"]).ToArray();

        PublishedImport published = await files.PublishAsync((await files.OnnxAsync(model, [])) with { Sample = null });

        Assert.IsNull(published.Untried);
        Assert.Contains("\"shape\":[2,2,8]", await files.ReadAsync(published.Version, "sample.json"));
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
            string message = (await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => files.PublishAsync(request))).Message;
            Assert.StartsWith("source: ", message);
            Assert.Contains(model.Length == 8 ? "cut short" : "as weights", message);
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

        PublishedImport published = await files.PublishAsync(await files.OnnxAsync(Doubling, NumPyFile.Npy("<f4", [float.PositiveInfinity, 1], 1, 2)));

        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        Assert.IsNull(manifest.Sample);
        CollectionAssert.AreEqual(new[] { "model.onnx" }, manifest.Files.Select(file => file.Name).ToArray());
    }

    [TestMethod]
    public async Task A_sample_with_NaN_makes_a_version_that_takes_it()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();

        PublishedImport published = await files.PublishAsync(await files.OnnxAsync(Doubling, NumPyFile.Npy("<f4", [float.NaN, 1], 1, 2)));

        ModelManifest manifest = await files.Registry.GetAsync(files.Model, published.Version);
        Assert.IsTrue(manifest.Serving!.AcceptNaN);
        Assert.Contains("[null,1]", await files.ReadAsync(published.Version, "sample.json"));
    }

    [TestMethod]
    public async Task Whether_rows_of_callers_may_share_a_run_is_tried_on_the_sample()
    {
        byte[] depends = new OnnxModel().Opset(13)
            .Node("ReduceMax", ["x"], ["m"], ("keepdims", 1)).Node("Sub", ["x", "m"], ["y"])
            .Input("x", OnnxModel.Float, "batch", 2).Output("y", OnnxModel.Float, "batch", 2).ToArray();
        byte[] sample = NumPyFile.Npy<float>("<f4", [1, 2, 3, 5], 2, 2);
        ImportedFiles independent = await ImportedFiles.CreateAsync();
        ImportedFiles dependent = await ImportedFiles.CreateAsync();
        await independent.PublishAsync(await independent.OnnxAsync(Doubling, sample));
        await dependent.PublishAsync(await dependent.OnnxAsync(depends, sample));

        Assert.IsTrue((await independent.Registry.GetAsync(independent.Model, "1")).Batching!.AcrossCallers);
        BatchingEvidence evidence = (await dependent.Registry.GetAsync(dependent.Model, "1")).Batching!;
        Assert.IsFalse(evidence.AcrossCallers);
        Assert.Contains("rows depend on each other", evidence.Because);
    }

    [TestMethod]
    [DataRow("<U3", DisplayName = "text of numpy.str_")]
    [DataRow("|S3", DisplayName = "text of numpy.bytes_")]
    public async Task A_model_of_text_is_imported_with_a_sample_of_text(string type)
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] text = type == "<U3" ? NumPyFile.Npy(type, [.. "abcd\0\0".Select(c => (int)c)], 2) : NumPyFile.Npy(type, "abcd\0\0"u8.ToArray(), 2);

        PublishedImport published = await files.PublishAsync(await files.OnnxAsync(OnnxModel.Unary("Identity", 8, "batch"), text, text));

        Assert.AreEqual("""{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":["abc"]}]}""", await files.ReadAsync(published.Version, "sample.json"));
    }

    [TestMethod]
    public async Task A_classifier_with_a_map_of_probabilities_is_imported_and_compared_by_its_parts()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] model = new OnnxModel()
            .MlNode("ZipMap", ["x"], ["p"], ("classlabels_int64s", new long[] { 3, 5 })).Node("ArgMax", ["x"], ["label"], ("axis", 1), ("keepdims", 0))
            .Input("x", OnnxModel.Float, "batch", 2)
            .Output("label", 7, "batch").Output("p", OnnxType.Sequence(OnnxType.Map(7, OnnxType.AnyTensor(OnnxModel.Float)))).ToArray();
        byte[] expected = NumPyFile.Npz(
            ("label", NumPyFile.Npy<long>("<i8", [1], 1)), ("p.keys", NumPyFile.Npy<long>("<i8", [3, 5], 2)), ("p.values", NumPyFile.Npy<float>("<f4", [0.25f, 0.75f], 1, 2)));

        PublishedImport published = await files.PublishAsync(await files.OnnxAsync(model, NumPyFile.Npy<float>("<f4", [0.25f, 0.75f], 1, 2), expected));

        Assert.AreEqual(0, published.LargestDifference);
        CollectionAssert.AreEqual(
            new OutputRole?[] { OutputRole.Label, OutputRole.Scores }, (await files.Registry.GetAsync(files.Model, "1")).Outputs.Select(output => output.Role).ToArray());
    }

    [TestMethod]
    public async Task A_model_that_takes_a_sequence_is_refused_with_the_reason()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        byte[] model = new OnnxModel().Node("ConcatFromSequence", ["s"], ["y"], ("axis", 0))
            .Input("s", OnnxType.Sequence(OnnxType.AnyTensor(OnnxModel.Float))).Output("y", OnnxModel.Float, "n").ToArray();
        PermanentFailureException e = await Assert.ThrowsExactlyAsync<PermanentFailureException>(
            async () => await files.PublishAsync(await files.OnnxAsync(model, NumPyFile.Npz(("s", NumPyFile.Npy<float>("<f4", [1, 2], 2))))));

        Assert.Contains("'s' is of ONNX's kind sequence, which is not served", e.Message);
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
