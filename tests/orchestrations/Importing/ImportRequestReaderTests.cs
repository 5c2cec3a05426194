using System.Text;
using DurableMl.Orchestrations.Importing;

namespace Orchestrations.Tests.Importing;

[TestClass]
public sealed class ImportRequestReaderTests
{
    [TestMethod]
    [DataRow("""{"source":"models/x","sample":"raw/s.npy"}""", "$.source")]
    [DataRow("""{"sample":"raw/s.npy"}""", "$.source")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/../s.npy"}""", "$.sample")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.csv"}""", "$.sample")]
    [DataRow("""{"source":"raw/x.pt"}""", "$.sample")]
    [DataRow("""{"source":"raw/x.onnx","format":"onnx","expected":"raw/e.npy"}""", "$.sample")]
    [DataRow("""{"source":"raw/a\\..\\x.pt","sample":"raw/s.npy"}""", "$.source")]
    [DataRow("""{"source":"raw//x.pt","sample":"raw/s.npy"}""", "$.source")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","format":"caffe"}""", "$.format")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","format":"pytorch"}""", "$.definition")]
    [DataRow("""{"source":"raw/x.onnx","sample":"raw/s.npy","format":"onnx","definition":"raw/m.py"}""", "$.definition")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","tolerance":0}""", "$.tolerance")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","serving":{"maxBatch":0}}""", "$.serving.maxBatch")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","serving":{"maxBach":4}}""", "$.serving.maxBach")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","tolerance":"low"}""", "$.tolerance")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","alias":"../x"}""", "$.alias")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","weights":["raw/w"]}""", "$.weights")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","expected":"raw/e.npz"}""", "$.expected")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","format":"onnx"}""", "$.source")]
    [DataRow("""{"source":"raw/x.onnx","sample":"raw/s.npy","format":"onnx","expected":"raw/e.txt"}""", "$.expected")]
    [DataRow("""{"source":"raw/x.zip","sample":"raw/s.npy","format":"onnx","weights":["raw/w"]}""", "$.weights")]
    [DataRow("""{"source":"raw/x.onnx","sample":"raw/s.npy","format":"onnx","weights":["raw/a/w","raw/b/w"]}""", "$.weights[1]")]
    [DataRow("""{"source":"raw/x.onnx","sample":"raw/s.npy","format":"onnx","weights":["raw/model.onnx"]}""", "$.weights[0]")]
    [DataRow("""{"source":"raw/x.onnx","sample":"raw/s.npy","format":"onnx","weights":["raw/.w"]}""", "$.weights[0]")]
    [DataRow("""{"source":"raw/x.onnx","sample":"raw/s.npy","format":"onnx","weights":[null]}""", "$.weights[0]")]
    [DataRow("""{"source":"raw/x.pt","sample":"raw/s.npy","wieghts":[]}""", "$.wieghts")]
    [DataRow("[]", "$")]
    [DataRow("null", "$")]
    [DataRow("{", "$")]
    public void Requests_that_are_not_valid_are_refused_by_path_with_a_reason(string json, string path)
    {
        Assert.IsNull(ImportRequestReader.Read(Encoding.UTF8.GetBytes(json), out var errors));
        Assert.AreEqual(path, errors[0].Path);
        Assert.IsNotEmpty(errors[0].Reason);
        Assert.DoesNotContain("DurableMl", errors[0].Reason);
    }

    [TestMethod]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        ImportRequestReader.Read("""{"format":"x","tolerance":9}"""u8, out var errors);

        CollectionAssert.AreEqual(new[] { "$.source", "$.sample", "$.format", "$.tolerance" }, errors.Select(error => error.Path).ToArray());
    }

    [TestMethod]
    public void A_request_of_every_member_is_read()
    {
        ImportRequest? request = ImportRequestReader.Read(
            """{"source":"raw/my models/100%+é.onnx","sample":"raw/s.npz","format":"onnx","tolerance":0.01,"alias":"champion","weights":["raw/a b/w.bin"],"expected":"raw/e.npz"}"""u8, out var errors);

        Assert.IsEmpty(errors);
        Assert.AreEqual(("raw/my models/100%+é.onnx", "onnx", 0.01, "champion", "raw/e.npz", "raw/a b/w.bin"), (request!.Source, request.Format, request.Tolerance, request.Alias, request.Expected, request.Weights!.Single()));
    }
}
