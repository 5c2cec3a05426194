using DurableMl.Features.Images;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What a dataset of image files is to become.</summary>
/// <param name="Form">What each image is brought into.</param>
/// <param name="TestFraction">Share of every class that is the test, above 0 and at most 0.5; only where the folders do not say.</param>
public sealed record ImagesDefinition(ImageForm Form, double TestFraction)
{
    internal static ImagesDefinition Read(JsonObjectReader json)
    {
        var form = new ImageForm(3, 1, 1, ImageFit.Crop);
        if (json.Object("image") is { } image)
        {
            form = new ImageForm(
                image.OneOf("color", ["rgb", "grayscale"], fallback: "rgb") == "rgb" ? 3 : 1,
                (int)image.Integer("height", 1, ImageForm.MaxSide),
                (int)image.Integer("width", 1, ImageForm.MaxSide),
                image.OneOf("fit", ["crop", "stretch"], fallback: "crop") == "crop" ? ImageFit.Crop : ImageFit.Stretch);
            image.RefuseTheRest();
        }

        return new ImagesDefinition(
            form,
            json.Number("testFraction", required: false, 0.001, 0.5) ?? 0.15);
    }
}
