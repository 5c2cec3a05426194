using DurableMl.Registry;

namespace Inference.Tests.Registry;

[TestClass]
public sealed class ModelNamesTests
{
    [TestMethod]
    [DataRow("mnist")]
    [DataRow("ResNet-50_v1.5")]
    [DataRow("0")]
    public void Ordinary_model_names_are_allowed(string name) => Assert.AreEqual(name, ModelNames.Model(name));

    [TestMethod]
    [DataRow("")]
    [DataRow(null)]
    [DataRow("..")]
    [DataRow("a..b")]
    [DataRow("../secrets")]
    [DataRow("a/b")]
    [DataRow("a\\b")]
    [DataRow("a%2fb")]
    [DataRow("-a")]
    [DataRow("a.")]
    [DataRow("a\n")]
    [DataRow("a b")]
    [DataRow("ﬁ")]
    public void Names_that_could_leave_their_folder_are_refused(string? name) =>
        Assert.AreEqual("model", Assert.ThrowsExactly<InvalidModelNameException>(() => ModelNames.Model(name)).Kind);

    [TestMethod]
    public void A_name_of_65_characters_is_refused() => Assert.ThrowsExactly<InvalidModelNameException>(() => ModelNames.Model(new string('a', 65)));

    [TestMethod]
    [DataRow("0")]
    [DataRow("01")]
    [DataRow("-1")]
    [DataRow("1.0")]
    [DataRow("champion")]
    [DataRow("1000000000")]
    [DataRow("1\n")]
    public void A_version_is_a_whole_number(string version) => Assert.ThrowsExactly<InvalidModelNameException>(() => ModelNames.Version(version));

    [TestMethod]
    [DataRow("model.json")]
    [DataRow("publication.json")]
    [DataRow(".hidden")]
    [DataRow("a//b.onnx")]
    [DataRow("a/../b.onnx")]
    [DataRow("a/.b")]
    [DataRow("/a")]
    [DataRow("a/")]
    [DataRow("a\\b")]
    public void The_registrys_own_files_and_names_that_leave_its_folder_cannot_be_published(string file) => Assert.ThrowsExactly<InvalidModelNameException>(() => ModelNames.File(file));

    [TestMethod]
    [DataRow("model.onnx")]
    [DataRow("tokenizer/vocab.json")]
    public void Files_may_lie_in_folders(string file) => Assert.AreEqual(file, ModelNames.File(file));

    [TestMethod]
    public void The_error_shows_no_control_characters_of_the_name() =>
        Assert.DoesNotContain("\u001b", Assert.ThrowsExactly<InvalidModelNameException>(() => ModelNames.Model("a\u001b[31m")).Message);
}
