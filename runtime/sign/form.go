package sign

import (
	"context"
	"time"

	"github.com/bytepass/bytepass/runtime/files"
)

// PresignForm signs a form that uploads u for life: one object of exactly this
// key and type, with its declaration. Where the size of u is not known, the
// store bounds the file by the limit that u declares, which it cannot do for a
// PUT. The errors are those of PresignPost.
func (s *Signer) PresignForm(ctx context.Context, u files.Upload, life time.Duration) (files.PresignedForm, error) {
	objectKey, err := u.Space.ObjectKey(u.Key)
	if err != nil {
		return files.PresignedForm{}, err
	}
	form := PostForm{
		ObjectKey: objectKey, MimeType: u.MimeType, MinSize: u.Size, MaxSize: u.Size,
		Fields: map[string]string{"success_action_status": "201"}, // with the ETag and the Location as headers
	}
	if u.Size == files.SizeUnknown {
		form.MinSize, form.MaxSize = 0, files.MaxSinglePut
		if limit := u.Declaration.MaxSize; limit != nil {
			form.MaxSize = min(form.MaxSize, *limit)
		}
	}
	if !u.Declaration.IsZero() {
		form.Fields[files.DeclarationHeader] = u.Declaration.Encode()
	}
	post, err := s.PresignPost(ctx, form, life)
	if err != nil {
		return files.PresignedForm{}, err
	}
	return files.PresignedForm(post), nil
}
