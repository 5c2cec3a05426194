using System.Buffers.Binary;
using System.IO.Hashing;
using DurableMl.Features.Images;
using SkiaSharp;

namespace Features.Tests.Images;

[TestClass]
public sealed class ImageFormTests
{
    private static readonly ImageForm Small = new(1, 4, 4, ImageFit.Crop);

    [TestMethod]
    public void A_grayscale_image_of_the_wanted_size_keeps_its_pixels()
    {
        byte[] pixels = [.. Enumerable.Range(0, 16).Select(i => (byte)(i * 17))];

        CollectionAssert.AreEqual(pixels, Small.Read(Png(4, 4, (x, y) => Gray(pixels[(y * 4) + x])), "a.png"));
    }

    [TestMethod]
    public void Colours_become_three_planes_or_their_luma()
    {
        byte[] image = Png(1, 1, (_, _) => new SKColor(200, 100, 50));

        CollectionAssert.AreEqual(new byte[] { 200, 100, 50 }, new ImageForm(3, 1, 1, ImageFit.Crop).Read(image, "a.png"));
        CollectionAssert.AreEqual(new byte[] { 124 }, new ImageForm(1, 1, 1, ImageFit.Crop).Read(image, "a.png"));
    }

    [TestMethod]
    public void Crop_takes_the_middle_and_stretch_takes_all()
    {
        // White but for black stripes at both ends, a quarter each.
        byte[] image = Png(16, 8, (x, _) => Gray((byte)(x is < 4 or >= 12 ? 0 : 255)));

        Assert.IsTrue(Small.Read(image, "a.png").All(pixel => pixel > 200), "the middle half has the wanted proportions");
        byte[] stretched = (Small with { Fit = ImageFit.Stretch }).Read(image, "a.png");
        CollectionAssert.AreEqual(new[] { false, true, true, false }, stretched[..4].Select(pixel => pixel > 127).ToArray());
    }

    [TestMethod]
    public void Jpeg_is_turned_as_its_exif_orientation_says()
    {
        byte[] jpeg = Encode(16, 8, (x, _) => Gray((byte)(x < 8 ? 0 : 255)), SKEncodedImageFormat.Jpeg);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        byte[] turned = [.. jpeg[..2], .. exif, .. jpeg[2..]];

        byte[] pixels = new ImageForm(1, 16, 8, ImageFit.Stretch).Read(turned, "a.jpg");

        Assert.IsTrue(pixels[..32].All(pixel => pixel < 50), "what was left is above");
        Assert.IsTrue(pixels[96..].All(pixel => pixel > 200), "what was right is below");
    }

    [TestMethod]
    public void Gif_bmp_and_webp_are_known_by_their_content()
    {
        byte[] gif = Convert.FromBase64String("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==");
        byte[] bmp = new byte[58];
        "BM"u8.CopyTo(bmp);
        (bmp[2], bmp[10], bmp[14], bmp[18], bmp[22], bmp[26], bmp[28], bmp[34]) = (58, 54, 40, 1, 1, 1, 24, 4);
        (bmp[54], bmp[55], bmp[56]) = (10, 20, 30);
        var one = new ImageForm(3, 1, 1, ImageFit.Crop);

        CollectionAssert.AreEqual(new byte[] { 255, 255, 255 }, one.Read(gif, "a"));
        CollectionAssert.AreEqual(new byte[] { 30, 20, 10 }, one.Read(bmp, "b"));
        CollectionAssert.AreEqual(new byte[] { 255, 255, 255 }, one.Read(Encode(1, 1, (_, _) => SKColors.White, SKEncodedImageFormat.Webp), "c"));
    }

    [TestMethod]
    public void A_file_that_is_no_image_is_refused_by_name()
    {
        foreach (byte[] file in (byte[][])[[], "hello"u8.ToArray(), [0xFF, 0xD8, 0xFF]])
        {
            ImageFormatException refusal = Assert.ThrowsExactly<ImageFormatException>(() => Small.Read(file, "raw/x/cat/1.png"));
            StringAssert.StartsWith(refusal.Message, "raw/x/cat/1.png: is not a JPEG, PNG, BMP, GIF or WebP image");
        }
    }

    [TestMethod]
    public void A_format_that_is_not_promised_is_refused_by_its_name()
    {
        byte[] wbmp = [0, 0, 4, 4, 0xF0, 0xF0, 0xF0, 0xF0];

        StringAssert.Contains(Assert.ThrowsExactly<ImageFormatException>(() => Small.Read(wbmp, "a")).Message, "a: is Wbmp; JPEG, PNG, BMP, GIF and WebP are read");
    }

    [TestMethod]
    public void A_head_that_claims_more_than_the_limit_is_refused_before_it_is_decoded()
    {
        byte[] bomb = Claiming(Png(4, 4, (_, _) => SKColors.Red), 60_000, 60_000);

        StringAssert.Contains(
            Assert.ThrowsExactly<ImageFormatException>(() => Small.Read(bomb, "bomb.png")).Message, "bomb.png: says that it has 60000 x 60000 pixels; at most 25000000");
    }

    [TestMethod]
    public void An_image_that_is_cut_short_or_lies_about_its_size_is_refused()
    {
        byte[] png = Png(64, 64, (x, y) => new SKColor((byte)(x * 4), (byte)(y * 4), (byte)(x * y)));

        StringAssert.StartsWith(Assert.ThrowsExactly<ImageFormatException>(() => Small.Read(png.AsSpan(0, png.Length / 2), "cut.png")).Message, "cut.png: is ");
        StringAssert.StartsWith(Assert.ThrowsExactly<ImageFormatException>(() => Small.Read(Claiming(png, 64, 640), "lies.png")).Message, "lies.png: is ");
    }

    [TestMethod]
    public void A_transform_is_the_same_after_it_was_written_and_read()
    {
        var transform = new ImageTransform(ImageTransform.CurrentFormat, Small, new Normalisation(0.25, 0.5), ["cat", "dog"]);
        ImageTransform read = ImageTransform.Parse(transform.ToUtf8())!;

        Assert.AreEqual(transform.Form, read.Form);
        CollectionAssert.AreEqual(transform.Labels.ToArray(), read.Labels.ToArray());
        var numbers = new float[16];
        read.Apply(Png(4, 4, (_, _) => SKColors.White), "a.png", numbers);
        Assert.IsTrue(numbers.All(number => number == 1.5f));
        Assert.IsNull(ImageTransform.Parse("""{"format": "durableml-transform/1"}"""u8), "a table's");
        Assert.ThrowsExactly<InvalidDataException>(() => ImageTransform.Parse("{"u8));
    }

    private static SKColor Gray(byte value) => new(value, value, value);

    private static byte[] Png(int width, int height, Func<int, int, SKColor> pixel) => Encode(width, height, pixel, SKEncodedImageFormat.Png);

    private static byte[] Encode(int width, int height, Func<int, int, SKColor> pixel, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, pixel(x, y));
            }
        }

        using SKData data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    // The sizes of the head, and its checksum to match.
    private static byte[] Claiming(byte[] png, int width, int height)
    {
        byte[] lies = [.. png];
        BinaryPrimitives.WriteInt32BigEndian(lies.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(lies.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(lies.AsSpan(29), Crc32.HashToUInt32(lies.AsSpan(12, 17)));
        return lies;
    }
}
