package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bytepass/bytepass/runtime/files"
)

// optional is a query parameter whose absence is not the same as zero.
type optional[T any] struct {
	value T
	isSet bool
}

// Schema describes the parameter, for huma.
func (optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

// Receiver returns where huma puts the parsed value.
func (o *optional[T]) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }

// OnParamSet is told by huma whether there was one.
func (o *optional[T]) OnParamSet(isSet bool, _ any) { o.isSet = isSet }

// pointer returns the value; nil if there was none.
func (o *optional[T]) pointer() *T {
	if !o.isSet {
		return nil
	}
	return &o.value
}

// partNumber is the number of a part of an upload.
type partNumber int

// UnmarshalJSON reads a number without a fraction.
func (n *partNumber) UnmarshalJSON(text []byte) error {
	var count bytesCount
	if err := count.UnmarshalJSON(text); err != nil {
		return err
	}
	*n = partNumber(count)
	return nil
}

// Schema describes the type, for huma.
func (partNumber) Schema(huma.Registry) *huma.Schema {
	least, most := 1.0, float64(files.MaxParts)
	return &huma.Schema{Type: huma.TypeInteger, Format: "int32", Minimum: &least, Maximum: &most}
}
