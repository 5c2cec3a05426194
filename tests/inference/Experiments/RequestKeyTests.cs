using System.Security.Cryptography;
using System.Text;
using DurableMl.Inference.Experiments;
using FsCheck;
using FsCheck.Fluent;

namespace Inference.Tests.Experiments;

[TestClass]
public sealed class RequestKeyTests
{
    [TestMethod]
    public void A_key_is_the_SHA_256_of_the_id_and_read_back_from_its_text() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), id =>
    {
        RequestKey key = RequestKey.Of(id.Get);
        return key.ToString() == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id.Get)))
            && RequestKey.TryParse(key.ToString(), out RequestKey read) && read == key;
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    [DataRow("")]
    [DataRow("readme")]
    [DataRow("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde")]
    [DataRow("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    public void Other_text_is_no_key(string text) => Assert.IsFalse(RequestKey.TryParse(text, out _));
}
