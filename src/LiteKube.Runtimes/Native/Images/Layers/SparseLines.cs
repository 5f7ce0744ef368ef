using System.Text;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Decimal figures, one a line, from blocks that are read as they are needed.</summary>
internal sealed class SparseLines(string name, Func<byte[]> readBlock)
{
    private const int MostDigits = 19;

    private byte[] _block = [];
    private int _position;

    public long Next()
    {
        var digits = new StringBuilder();
        while (true)
        {
            if (_position == _block.Length)
                (_block, _position) = (readBlock(), 0);
            var c = (char)_block[_position++];
            if (c == '\n')
                return SparseMap.Number(name, digits.ToString());
            if (digits.Append(c).Length > MostDigits)
                throw LayerRefusal.Entry(name, "has a map of holes with something other than numbers in it");
        }
    }
}
