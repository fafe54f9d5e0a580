using CsCheck;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Evidence;

public class EvidenceKeyTests
{
    private static readonly Gen<string> Names = Gen.OneOf(Gen.String, Gen.Char["ab @%\n\t/"].Array[0, 8].Select(c => new string(c)));

    [Fact]
    public void Keys_of_any_characters_have_the_same_text_only_if_they_are_the_same() => Gen.Select(Names, Names, Names, Names).Sample(
        (@class, place, otherClass, otherPlace) =>
        {
            var (one, other) = (new EvidenceKey(@class, place), new EvidenceKey(otherClass, otherPlace));
            return (one.Text == other.Text) == (one == other) && !one.Text.Any(char.IsControl);
        });

    [Fact]
    public void A_key_is_of_its_class_and_of_no_other() => Gen.Select(Names, Names, Names).Sample(
        (@class, place, otherClass) => EvidenceKey.IsOf(new EvidenceKey(@class, place).Text, @class)
            && EvidenceKey.IsOf(new EvidenceKey(@class, place).Text, otherClass) == (@class == otherClass || new EvidenceKey(@class, place).Text == otherClass));

    [Fact]
    public void What_an_earlier_build_kept_under_the_class_alone_is_of_the_class() => Assert.True(EvidenceKey.IsOf("mlx5 @ 100 %", "mlx5 @ 100 %"));

    [Fact]
    public void The_way_back_is_the_same_pair() => Assert.Equal(EvidenceKey.Pair("a", "b", "-"), EvidenceKey.Pair("b", "a", "-"));
}
