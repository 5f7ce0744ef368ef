using LiteKube.Api.Schema;

namespace LiteKube.Api.Protobuf;

/// <summary>
/// A structure by field numbers. A Go struct embedded in another is flattened in JSON but a message of its own on the wire:
/// there a number leads to another layout, whose fields belong to the same JSON object.
/// </summary>
internal sealed class WireLayout
{
    private Slot[] _slots = [];

    public readonly record struct Slot(FieldSchema? Field, WireLayout? Embedded);

    public static WireLayout Of(TypeSchema type)
    {
        var layout = new WireLayout();
        foreach (var field in type.Fields.Values)
        {
            var at = layout;
            for (var i = 0; i < field.WirePath.Count; i++)
            {
                ref var slot = ref at.At(field.WirePath[i]);
                if (i == field.WirePath.Count - 1)
                    slot = new Slot(field, null);
                else
                    at = (slot = slot.Embedded is null ? new Slot(null, new WireLayout()) : slot).Embedded!;
            }
        }

        return layout;
    }

    public Slot this[int number] => (uint)number < (uint)_slots.Length ? _slots[number] : default;

    private ref Slot At(int number)
    {
        if (number >= _slots.Length)
            Array.Resize(ref _slots, number + 1);
        return ref _slots[number];
    }
}
