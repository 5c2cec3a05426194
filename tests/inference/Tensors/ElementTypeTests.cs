using System.Text.Json.Nodes;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Tensors;

[TestClass]
public sealed class ElementTypeTests
{
    private static InferenceHost host = null!;

    public static IEnumerable<object[]> Types => TensorType.ByName.Keys.Order().Select(name => new object[] { name });

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        host = await InferenceHost.StartAsync();
        foreach (TensorType type in TensorType.ByName.Values)
        {
            // The input is the output: most operators know few of these types.
            int element = OnnxFile.ElementType(type);
            await host.PublishAsync(type.Name, new OnnxModel().Opset(25).Input("x", element, "n").Output("x", element, "n").ToArray());
        }
    }

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    [DynamicData(nameof(Types))]
    public async Task Tensors_of_every_type_come_back_as_they_were_in_JSON_and_binary(string name)
    {
        TensorType type = TensorType.ByName[name];
        string json = name switch { "BYTES" => """["a","","b"]""", "BOOL" => "[true,false,true]", "FP8E8M0" => "[1,0.5,2]", _ => "[1,0,1]" };
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{name}/infer", Request("x", name, [3], json));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual(json, body["outputs"]![0]!["data"]!.ToJsonString());
        Assert.AreEqual(name, (string)body["outputs"]![0]!["datatype"]!);
        byte[] data = name == "BYTES" ? [.. Bytes(1), 9, .. Bytes(0), .. Bytes(0)] : name == "BOOL" ? [1, 0, 1] : [.. Enumerable.Range(1, (int)type.Bytes(3)).Select(b => (byte)b)];
        var (binaryStatus, header, binary) = await host.Client.PostBinaryAsync(
            $"v2/models/{name}/infer",
            $$"""{"inputs":[{"name":"x","shape":[3],"datatype":"{{name}}","parameters":{"binary_data_size":{{data.Length}} } }],"parameters":{"binary_data_output":true} }""",
            data);
        Assert.AreEqual(200, binaryStatus, header.ToJsonString());
        CollectionAssert.AreEqual(data, binary);
        Assert.AreEqual("[3]", header["outputs"]![0]!["shape"]!.ToJsonString());
        JsonNode metadata = (await host.Client.GetJsonAsync($"v2/models/{name}")).Body;
        Assert.AreEqual(name, (string)metadata["inputs"]![0]!["datatype"]!);
    }

    [TestMethod]
    [DataRow("INT4", "[1,-8,7]", "[1,-8,7]")]
    [DataRow("UINT4", "[15,0,9]", "[15,0,9]")]
    [DataRow("INT2", "[-2,1,-1]", "[-2,1,-1]")]
    [DataRow("UINT2", "[3,0,2]", "[3,0,2]")]
    [DataRow("FP4E2M1", "[0.4,-6,1.6]", "[0.5,-6,1.5]")]
    [DataRow("FP8E4M3FN", "[0.1,448,-0.2]", "[0.1015625,448,-0.203125]")]
    [DataRow("FP8E5M2", "[0.1,57344,1e-9]", "[0.09375,57344,0]")]
    public async Task Numbers_go_to_the_nearest_value_that_a_small_type_has(string type, string given, string taken)
    {
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{type}/infer", Request("x", type, [3], given));

        Assert.AreEqual(200, status, body.ToJsonString());
        Assert.AreEqual(taken, body["outputs"]![0]!["data"]!.ToJsonString());
    }

    [TestMethod]
    [DataRow("INT4", "[0,8]")]
    [DataRow("INT4", "[0,-9]")]
    [DataRow("INT4", "[0,0.5]")]
    [DataRow("UINT2", "[0,4]")]
    [DataRow("INT2", "[0,2]")]
    [DataRow("FP8E4M3FN", "[0,449]")]
    [DataRow("FP4E2M1", "[0,7]")]
    [DataRow("FP8E8M0", "[1,0]")]
    [DataRow("FP8E5M2", "[0,\"1\"]")]
    public async Task Numbers_that_a_small_type_does_not_have_are_refused_by_place(string type, string data)
    {
        var (status, body, _) = await host.Client.PostJsonAsync($"v2/models/{type}/infer", Request("x", type, [2], data));

        Assert.AreEqual(400, status);
        Assert.Contains("inputs[0].data[1]", body.Error());
    }

    [TestMethod]
    public async Task Packed_binary_data_is_measured_in_bytes_of_several_elements()
    {
        var (status, body, _) = await host.Client.PostBinaryAsync(
            "v2/models/INT4/infer", """{"inputs":[{"name":"x","shape":[5],"datatype":"INT4","parameters":{"binary_data_size":5}}]}""", new byte[5]);

        Assert.AreEqual(400, status);
        Assert.Contains("inputs[0].parameters.binary_data_size", body.Error());
        Assert.Contains("the 3 that", body.Error());
    }

    [TestMethod]
    public async Task NaN_in_an_8_bit_float_is_refused_by_place_and_not_sent_as_JSON()
    {
        const string Header = """{"inputs":[{"name":"x","shape":[2],"datatype":"FP8E5M2","parameters":{"binary_data_size":2}}]}""";
        var (status, body, _) = await host.Client.PostBinaryAsync("v2/models/FP8E5M2/infer", Header, [0, 0x7F]);
        var (infinity, answer, _) = await host.Client.PostBinaryAsync("v2/models/FP8E5M2/infer", Header, [0, 0x7C]);

        Assert.AreEqual(400, status);
        Assert.Contains("inputs[0].data[1]", body.Error());
        Assert.AreEqual(422, infinity);
        Assert.Contains("binary_data", answer.Error());
    }

    [TestMethod]
    [DataRow(4, true)]
    [DataRow(3, false)]
    public void Rows_of_packed_elements_share_runs_only_where_they_begin_at_whole_bytes(int width, bool expected)
    {
        using var folder = new TemporaryFolder();
        int element = (int)TensorType.ByName["INT4"].Element;
        using ModelSession session = OnnxFile.Load(folder, new OnnxModel().Opset(21).Input("x", element, "batch", width).Output("x", element, "batch", width).ToArray());

        Assert.AreEqual(expected, session.IsBatchable);
        Assert.AreEqual(expected, session.HasSeparableRows);
    }

    [TestMethod]
    public void Rows_that_do_not_begin_at_whole_bytes_are_not_cut()
    {
        PooledMemory memory = PooledMemory.Rent(3);
        using var tensor = new Tensor("x", TensorType.ByName["INT4"], [2, 3], memory, memory.Address, 3);

        Assert.ThrowsExactly<InvalidOperationException>(() => tensor.Rows(0, 1));
        Assert.AreEqual(422, Assert.ThrowsExactly<DurableMl.Inference.Protocol.InferenceException>(() => DurableMl.Inference.Routing.Rows.Require(tensor, 2)).Status);
    }
}
